import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engineOf, rememberEngine, runningEngine } from '../../client/stack/parts/temporal-engine.ts';
import { pathsUnder, type StackPaths } from '../../client/stack/paths.ts';

let home: string;
let paths: StackPaths;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'slipway-engine-'));
  paths = pathsUnder(home);
});

afterEach(() => rm(home, { recursive: true, force: true }));

describe('the Temporal of a stack', () => {
  test('is the dev server unless another one is asked for', async () => {
    expect(await engineOf({ env: {}, paths })).toBe('dev');
    expect(await engineOf({ env: { SLIPWAY_ENGINE: 'postgres' }, paths })).toBe('postgres');
  });

  test('stays the one that the stack began with, whose workflows no other would see', async () => {
    await rememberEngine(paths, 'postgres');
    expect(await engineOf({ env: {}, paths })).toBe('postgres');
    await expect(engineOf({ env: { SLIPWAY_ENGINE: 'dev' }, paths })).rejects.toThrow(/choose another SLIPWAY_HOME/);
    expect(await runningEngine(paths)).toBe('postgres');
  });

  test('is the dev server in a home from before engines were remembered', async () => {
    await mkdir(paths.temporal, { recursive: true });
    await writeFile(join(paths.temporal, 'temporal.db'), '');
    await expect(engineOf({ env: { SLIPWAY_ENGINE: 'postgres' }, paths })).rejects.toThrow(/dev engine/);
  });

  test('has to be one that there is', async () => {
    await expect(engineOf({ env: { SLIPWAY_ENGINE: 'mysql' }, paths })).rejects.toThrow(/"mysql".*dev and postgres/);
  });
});
