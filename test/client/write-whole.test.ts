import { mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeWhole } from '../../client/write-whole.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'slipway-whole-'))));
afterEach(() => rm(folder, { recursive: true }));

test('of several who write at once one wins, its text is whole, and nothing else is left behind', async () => {
  const file = join(folder, 'page.html');
  const texts = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(300_000));
  await Promise.all(texts.map((text) => writeWhole(file, text)));
  expect(texts).toContain(await readFile(file, 'utf8'));
  expect(await readdir(folder)).toEqual(['page.html']);
});

test('a link goes on leading to the file that is written', async () => {
  const [file, link] = [join(folder, 'page.html'), join(folder, 'link.html')];
  await writeWhole(file, 'old');
  await symlink(file, link);
  await writeWhole(link, 'new');
  expect(await readlink(link)).toBe(file);
  expect(await readFile(file, 'utf8')).toBe('new');
});

test('what is no file is not replaced', async () => {
  await mkdir(join(folder, 'pages'));
  await expect(writeWhole(join(folder, 'pages'), 'text')).rejects.toThrow('EISDIR');
  await expect(writeWhole(join(folder, 'nowhere/page.html'), 'text')).rejects.toThrow('ENOENT');
  expect(await readdir(folder)).toEqual(['pages']);
  await writeWhole('/dev/null', 'text');
  expect(await readFile('/dev/null', 'utf8')).toBe('');
});
