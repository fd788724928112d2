import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseDocument } from 'yaml';
import type { DemoStack } from './stack.ts';
import { line } from './screen.ts';

const ROOT = resolve(import.meta.dirname, '../..');

export type Candidate = 'stable' | 'better' | 'faint-blind' | 'throttled';

/** What was trained: registry numbers by name, the live data, and a specification that finds the validation set. */
export interface Models {
  readonly versions: Readonly<Record<Candidate, string>>;
  readonly live: string;
  readonly spec: string;
}

export async function train(stack: DemoStack, folder: string): Promise<Models> {
  const python = process.env['SLIPWAY_PYTHON'] ?? join(ROOT, '.venv/bin/python');
  const child = spawn(python, [join(ROOT, 'examples/digits/train.py'), folder], {
    env: { ...stack.env, MLFLOW_TRACKING_URI: stack.mlflow, PYTHONUNBUFFERED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const complaints: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk.toString()));
  let last = '';
  for await (const text of createInterface({ input: child.stdout })) {
    if (text.startsWith('digits ')) line(`  ${text}`);
    last = text;
  }
  const code = child.exitCode ?? (await new Promise<number | null>((done) => child.once('close', done)));
  if (code !== 0) throw new Error(`training failed:\n${complaints.join('')}`);
  const { versions, paths } = JSON.parse(last) as {
    versions: Models['versions'];
    paths: { validation: string; live: string };
  };
  return { versions, live: paths.live, spec: await writeSpec(folder, paths.validation) };
}

/** The example's specification, its validation set found where training wrote it. */
async function writeSpec(folder: string, validation: string): Promise<string> {
  const document = parseDocument(await readFile(join(ROOT, 'examples/digits/rollout.yaml'), 'utf8'));
  document.setIn(['validate', 'data', 'source'], validation);
  const file = join(folder, 'rollout.yaml');
  await writeFile(file, document.toString());
  return file;
}
