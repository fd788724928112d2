import { cp, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundleFile, sourcesHash } from '../../worker/bundle-cache.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'slipway-bundles-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

test('workers of the same code share one bundle, which the first of them makes', async () => {
  let made = 0;
  const bundle = (file: string) => writeFile(file, `bundle ${++made}`);
  const first = await bundleFile(bundle, folder);
  expect(await bundleFile(bundle, folder)).toBe(first);
  expect([made, await readFile(first, 'utf8')]).toEqual([1, 'bundle 1']);
  expect(await readdir(folder)).toHaveLength(1);
});

test('workers that start at once both get a whole bundle', async () => {
  const bundle = async (file: string) => {
    await writeFile(file, 'half');
    await writeFile(file, 'half and half');
  };
  const files = await Promise.all([bundleFile(bundle, folder), bundleFile(bundle, folder)]);
  for (const file of files) expect(await readFile(file, 'utf8')).toBe('half and half');
});

test('a bundler that fails leaves nothing that the next worker would take for a bundle', async () => {
  const fails = async (file: string) => {
    await writeFile(file, 'half');
    throw new Error('no space');
  };
  await expect(bundleFile(fails, folder)).rejects.toThrow('no space');
  expect(await readFile(await bundleFile((file) => writeFile(file, 'whole'), folder), 'utf8')).toBe('whole');
});

test('where the folder cannot be written, the bundle lies in a temporary one', async () => {
  await writeFile(join(folder, 'a-file'), '');
  const file = await bundleFile((path) => writeFile(path, 'whole'), join(folder, 'a-file', 'cache'));
  expect(await readFile(file, 'utf8')).toBe('whole');
  await rm(resolve(file, '..'), { recursive: true });
});

test('bundles of code that has not run for a week are removed', async () => {
  const old = join(folder, 'workflows-0000.cjs');
  await writeFile(old, '');
  await utimes(old, 0, 0);
  await bundleFile((file) => writeFile(file, ''), folder);
  expect(await readdir(folder)).not.toContain('workflows-0000.cjs');
});

test.each(['workflows/unwind.ts', 'domain/route.ts', 'workflows/stages/another.ts'])(
  'a change of %s asks for another bundle',
  async (path) => {
    const root = resolve(import.meta.dirname, '../..');
    for (const name of ['workflows', 'domain']) await cp(join(root, name), join(folder, name), { recursive: true });
    const before = await sourcesHash(folder);
    expect(await sourcesHash(folder)).toBe(before);
    await mkdir(join(folder, 'workflows', 'stages'), { recursive: true });
    await writeFile(join(folder, path), '// changed', { flag: 'a' });
    expect(await sourcesHash(folder)).not.toBe(before);
  },
);
