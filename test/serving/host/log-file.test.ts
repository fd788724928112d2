import { afterEach, beforeEach, expect, test } from 'vitest';
import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openLog, rotateLog, tailLog } from '../../../serving/host/log-file.ts';
import { tmpdir } from 'node:os';
import { writeSync } from 'node:fs';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-log-'));
  file = join(folder, 'logs', 'a.log');
});

afterEach(() => rm(folder, { recursive: true }));

test('the end of a log is read, oldest line first', async () => {
  const log = await openLog(file);
  writeSync(log.fd, Array.from({ length: 5_000 }, (_, line) => `line ${line}\n`).join(''));
  await log.close();
  expect(await tailLog(file, 2)).toEqual(['line 4998', 'line 4999']);
});

test('a log that is not there is empty', async () => {
  expect(await tailLog(file, 10)).toEqual([]);
  await rotateLog(file);
});

test('a log of 10 MB becomes the previous one, and its open writer goes on in an empty one', async () => {
  const log = await openLog(file);
  await appendFile(file, 'x'.repeat(10 * 1024 * 1024 + 1));
  await rotateLog(file);
  writeSync(log.fd, 'after\n');
  await log.close();
  expect(await readFile(file, 'utf8')).toBe('after\n');
  expect((await stat(`${file}.1`)).size).toBeGreaterThan(10 * 1024 * 1024);
});
