import { execFile } from 'node:child_process';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TEMPORAL_SERVER_CACHE } from '../../client/stack/bring-temporal-server.ts';
import type { Program } from './programs.ts';

export async function hasGo(): Promise<boolean> {
  return promisify(execFile)('go', ['version']).then(
    () => true,
    () => false,
  );
}

/** Builds a program from its released source, whose checksums Go verifies. @throws with the compiler's last words */
export async function build({ source, builtAs }: Program, to: string): Promise<void> {
  const folder = await mkdtemp(join(TEMPORAL_SERVER_CACHE, '.go-'));
  const env = { ...process.env, GOBIN: folder, CGO_ENABLED: '0' };
  try {
    await promisify(execFile)('go', ['install', '-trimpath', '-ldflags', '-s -w', source], { env, maxBuffer: 1 << 26 });
    await rename(join(folder, builtAs), to);
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim().split('\n').slice(-3).join('\n') ?? String(error);
    throw new Error(`go install ${source} failed: ${said}`, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
