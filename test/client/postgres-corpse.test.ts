import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { identify } from '../../client/stack/process-table.ts';
import { untilCollected } from '../../client/stack/parts/postgres-corpse.ts';

let data: string;
beforeEach(async () => void (data = await mkdtemp(join(tmpdir(), 'slipway-corpse-'))));
afterEach(() => rm(data, { recursive: true, force: true }));

test('a killed PostgreSQL is waited for until the system has collected it, since its successor would take it for alive', async () => {
  // The shell becomes a program that never asks what became of its child.
  const parent = spawn('/bin/sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const corpse = Number(line.toString());
  while (identify(corpse) !== null) await new Promise((resolve) => setImmediate(resolve));
  expect(() => process.kill(corpse, 0)).not.toThrow();
  await writeFile(join(data, 'postmaster.pid'), `${corpse}\n${data}\n`);
  await untilCollected(data);
  expect(() => process.kill(corpse, 0)).toThrow('ESRCH');
});

test('neither a living PostgreSQL nor a clean folder is waited for', async () => {
  await untilCollected(data);
  await writeFile(join(data, 'postmaster.pid'), `${process.pid}\n`);
  await untilCollected(data);
});
