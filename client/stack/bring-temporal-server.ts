import { existsSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { ROOT } from './paths.ts';
import { StackFault } from './part.ts';

/** The release that `npm run temporal-server` brings; of a client or CLI any release goes with it. */
export const TEMPORAL_SERVER_VERSION = '1.32.0';

export const TEMPORAL_SERVER_CACHE = join(ROOT, '.cache', 'temporal-server', TEMPORAL_SERVER_VERSION);

const SCRIPT = join(ROOT, 'scripts', 'temporal-server', 'main.ts');

/**
 * Runs the script that unpacks or builds the server, and tells each of its steps.
 *
 * @throws StackFault with the script's last line, which says what to do
 */
export async function bringTemporalServer(env: NodeJS.ProcessEnv, note: (text: string) => void): Promise<void> {
  // An installed package is without it.
  if (!existsSync(SCRIPT))
    throw new StackFault(
      'there is no Temporal server here: set TEMPORAL_SERVER_BIN and TEMPORAL_SQL_TOOL_BIN to those you have, or TEMPORAL_ADDRESS to one that runs',
    );
  const child = spawn(process.execPath, [SCRIPT], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let fault = '';
  createInterface(child.stdout).on('line', note);
  child.stderr.setEncoding('utf8').on('data', (text: string) => (fault += text));
  const code = await new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject));
  if (code !== 0) throw new StackFault(fault.trim() || `${SCRIPT} ended with ${code}`);
}
