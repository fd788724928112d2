import type { PinnedVersion, Runtime } from '../../../../domain/model-version.ts';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { folderDigest } from '../../../../serving/host/digest.ts';
import { versionKey } from '../../../../domain/ids.ts';

const PROGRAM = join(import.meta.dirname, 'model-program.mjs');

export type Mode = 'plain' | 'crash' | 'refuse' | 'with-child';

/** A server that starts in a tenth of a second; see model-program.mjs. */
export function programRuntime(mode: Mode = 'plain', predictPath = '/predict'): Runtime {
  const command = [process.execPath, PROGRAM, '{port}', '{model}', mode];
  return { kind: 'command', command, healthPath: '/health', predictPath };
}

/** A model in a folder: what it answers, and other files. */
export async function makeModel(
  folder: string,
  version: string,
  files: Readonly<Record<string, string>> = {},
): Promise<PinnedVersion> {
  const source = join(folder, `model-${version}`);
  for (const [path, content] of Object.entries({ 'answer.txt': `v${version}`, ...files })) {
    await mkdir(dirname(join(source, path)), { recursive: true });
    await writeFile(join(source, path), content);
  }
  const digest = await folderDigest(source);
  return { model: 'digits', version, digest, key: versionKey(version, digest), source, runId: null };
}
