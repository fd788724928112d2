import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { environmentOf } from '../stack/addresses.ts';
import { Failure } from '../failure.ts';
import { readAddresses } from '../stack/context.ts';
import { ROOT } from '../stack/paths.ts';
import { slipwayHome } from '../../spec/home.ts';

const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Runs one of the worker side's programs with a JSON argument, and reads the JSON that it prints, whatever it exits with.
 *
 * @throws Failure with what it said when it printed none
 */
export async function runWorkerProgram<T>(name: string, request: unknown): Promise<T> {
  const home = slipwayHome();
  const addresses = await readAddresses({ home, env: process.env });
  const env = { ...process.env, ...environmentOf(addresses, home), ...temporalOf(process.env) };
  const args = [join(ROOT, 'worker', name), JSON.stringify(request)];
  const answer = await promisify(execFile)(process.execPath, args, { env, maxBuffer: MOST_BYTES }).catch(
    (error: unknown) => error as { stdout?: string; stderr?: string },
  );
  const text = answer.stdout?.trim();
  if (text) return JSON.parse(text) as T;
  throw new Failure(`${name} ended without an answer: ${answer.stderr?.trim() || 'it said nothing'}`, {
    code: 'unexpected',
  });
}

/** Where a profile or a file of Temporal's own says where it is, the local stack's address would hide that. */
function temporalOf(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (!env.TEMPORAL_PROFILE && !env.TEMPORAL_CONFIG_FILE) return {};
  return { TEMPORAL_ADDRESS: env.TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE: env.TEMPORAL_NAMESPACE };
}
