import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ROOT } from '../../client/stack/paths.ts';
import type { Program } from './programs.ts';

/** Where built programs may lie, each as `NAME.xz`: a folder that people on one network share spares them the build. */
const FOLDERS = [process.env['TEMPORAL_SERVER_DIST'], join(ROOT, '..', 'shared', 'temporal-server')];

/** The compressed program; `null` where nobody has put one. */
export function findPacked({ name }: Program): string | null {
  const files = FOLDERS.filter((folder) => folder !== undefined).map((folder) => join(folder, `${name}.xz`));
  return files.find(existsSync) ?? null;
}

/** Decompresses with `xz`, or with Python's own where a machine has none. */
export async function unpack(packed: string, to: string): Promise<void> {
  await decompress('xz', ['-dc'], packed, to).catch(() =>
    decompress(
      join(ROOT, '.venv', 'bin', 'python'),
      ['-c', 'import lzma,shutil,sys;shutil.copyfileobj(lzma.open(sys.stdin.buffer),sys.stdout.buffer)'],
      packed,
      to,
    ),
  );
}

async function decompress(file: string, args: readonly string[], packed: string, to: string): Promise<void> {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${file} ended with ${code}`))));
  });
  await Promise.all([
    ended,
    pipeline(createReadStream(packed), child.stdin),
    pipeline(child.stdout, createWriteStream(to)),
  ]);
}
