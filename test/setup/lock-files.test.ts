import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface LockedPackage {
  version?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  optionalDependencies?: Record<string, string>;
}

function lockedPackages(): [string, LockedPackage][] {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, LockedPackage> };
  return Object.entries(packages);
}

test('npm accepts package-lock.json for package.json', { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-lock-'));
  try {
    for (const file of [
      'package.json',
      'package-lock.json',
      '.npmrc',
      ...globSync('packages/*/package.json', { cwd: root }),
    ]) {
      cpSync(join(root, file), join(folder, file));
    }
    const args = ['ci', '--dry-run', '--ignore-scripts', '--prefer-offline', '--loglevel=error'];
    const { status, stderr } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8', timeout: 55_000 });
    expect({ status, stderr }).toMatchObject({ status: 0 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('package-lock.json names no registry, so that every mirror will do', () => {
  const resolved = lockedPackages().filter(([, { resolved, link }]) => resolved !== undefined && !link);
  expect(resolved).toEqual([]);
});

test('package-lock.json holds a hash of every package', () => {
  const own = /^$|^packages\//;
  const unhashed = lockedPackages().filter(([path, { integrity, link }]) => !own.test(path) && !integrity && !link);
  expect(unhashed).toEqual([]);
});

// npm drops those of foreign platforms when it locks while node_modules is there; on such a platform `npm ci` then refuses.
test('package-lock.json holds the packages of every platform', () => {
  const locked = new Set(lockedPackages().map(([path]) => path));
  const wanted = lockedPackages().flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).map((name) => ({ path, name })),
  );
  const absent = wanted.filter(
    ({ path, name }) => !locked.has(`node_modules/${name}`) && !locked.has(`${path}/node_modules/${name}`),
  );
  expect(absent).toEqual([]);
});

test('requirements.txt holds a hash of every package, every package of requirements.in, and no registry', () => {
  const text = read('python/requirements.txt');
  const locked = text.split('\n').filter((line) => /^[a-z0-9]/i.test(line));
  expect(locked.filter((line) => !line.endsWith('\\'))).toEqual([]);
  const names = new Set(locked.map((line) => line.split('==')[0]));
  const asked = read('python/requirements.in')
    .split('\n')
    .filter((line) => /^[a-z0-9]/i.test(line));
  expect(asked.filter((line) => !names.has(line.split('==')[0]))).toEqual([]);
  expect(text).not.toMatch(/https?:\/\/|--(extra-)?index-url/);
});
