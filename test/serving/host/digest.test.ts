import { afterEach, beforeEach, expect, test } from 'vitest';
import { execFileSync } from 'node:child_process';
import { folderDigest } from '../../../serving/host/digest.ts';
import { join } from 'node:path';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-digest-'));
  await mkdir(join(folder, 'data', 'deep'), { recursive: true });
  await writeFile(join(folder, 'MLmodel'), 'flavors:\n');
  await writeFile(join(folder, 'data', 'deep', 'weights ä.bin'), Buffer.from([0, 255, 10]));
  await writeFile(join(folder, 'data', 'copy'), 'flavors:\n');
});

afterEach(() => rm(folder, { recursive: true }));

test('the digest is what sha256sum says', async () => {
  const script = "find . -type f -printf '%P\\0' | xargs -0 sha256sum | LC_ALL=C sort | sha256sum | cut -c1-64";
  const expected = execFileSync('sh', ['-c', script], { cwd: folder, encoding: 'utf8' }).trim();
  expect(await folderDigest(folder)).toBe(`sha256:${expected}`);
});

test('content, name and place of every file count', async () => {
  const before = await folderDigest(folder);
  await writeFile(join(folder, 'data', 'copy'), 'flavors: \n');
  const changed = await folderDigest(folder);
  await rm(join(folder, 'data', 'copy'));
  await writeFile(join(folder, 'copy'), 'flavors:\n');
  expect(new Set([before, changed, await folderDigest(folder)]).size).toBe(3);
});

test('a link is refused, since what it leads to may change', async () => {
  await symlink('/etc/hostname', join(folder, 'link'));
  await expect(folderDigest(folder)).rejects.toThrow(/link is not a plain file/);
});
