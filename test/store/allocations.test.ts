import { describe, expect, test } from 'vitest';
import { AliasTaken, claimAlias, readAliasOwners } from '../../activities/store/alias-owners.ts';
import { allocateEpoch } from '../../activities/store/epochs.ts';
import { recallVersion, rememberVersion } from '../../activities/store/versions.ts';
import type { KnownVersion } from '../../activities/store/versions.ts';
import { useDatabase } from './database.ts';
import { DIGITS } from './samples.ts';

const db = useDatabase();

describe('an epoch', () => {
  const ask = (endpoint: string, rolloutKey: string, floor = 0) =>
    allocateEpoch(db.pool, { target: 'local', endpoint, rolloutKey, floor });

  test('is the same however often one rollout asks, even when its target already holds it', async () => {
    expect(await ask('again', 'a')).toBe(1);
    expect(await ask('again', 'a', 1)).toBe(1);
    expect(await ask('again', 'b', 1)).toBe(2);
    expect(await ask('again', 'a', 2)).toBe(1);
  });

  test('is one for each of many rollouts that ask at once', async () => {
    const askers = Array.from({ length: 24 }, (_, i) => ask('crowd', `rollout-${i % 12}`));
    const epochs = await Promise.all(askers);

    expect([...new Set(epochs)].sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(epochs.slice(0, 12)).toEqual(epochs.slice(12));
  });

  test('is higher than what the target holds, so a new database does not begin below its targets', async () => {
    expect(await ask('old-target', 'a', 41)).toBe(42);
    expect(await ask('old-target', 'b', 3)).toBe(43);
  });

  test('counts by itself on every endpoint', async () => {
    expect(await ask('left', 'a')).toBe(1);
    expect(await ask('right', 'a')).toBe(1);
  });

  test('is never given back', async () => {
    await ask('kept', 'a');
    await expect(db.asOwner('DELETE FROM slipway.epochs')).rejects.toThrow(/append-only/);
  });
});

describe('an alias', () => {
  const claim = (model: string, endpoint: string, target = 'local') => claimAlias(db.pool, { model, target, endpoint });

  test('is champion for a model’s first endpoint and carries the endpoint’s name for further ones', async () => {
    expect(await claim('shared', 'web')).toBe('champion');
    expect(await claim('shared', 'batch')).toBe('champion-batch');
    expect(await claim('shared', 'web')).toBe('champion');
    expect(await claim('other', 'batch')).toBe('champion');
  });

  test('is one endpoint’s only, however many claim it at once', async () => {
    const names = Array.from({ length: 8 }, (_, i) => `endpoint-${i % 4}`);
    const aliases = await Promise.all(names.map((name) => claim('raced', name)));

    expect(new Set(aliases).size).toBe(4);
    expect(aliases.filter((alias) => alias === 'champion')).toHaveLength(2);
    expect(aliases.slice(0, 4)).toEqual(aliases.slice(4));
  });

  test('carries the target’s name too where endpoints of two targets are named alike', async () => {
    await claim('regions', 'a');
    expect(await claim('regions', 'web', 'eu')).toBe('champion-web');
    expect(await claim('regions', 'web', 'us')).toBe('champion-us-web');
    expect((await readAliasOwners(db.pool, 'regions')).map(({ alias, target }) => `${alias} ${target}`)).toEqual([
      'champion local',
      'champion-us-web us',
      'champion-web eu',
    ]);
  });

  test('is refused when every name it could have is another’s', async () => {
    await claim('full', 'x');
    await claim('full', 'c', 'first');
    await claim('full', 'c', 'a-b');
    await claim('full', 'b-c', 'first');
    await expect(claim('full', 'b-c', 'a')).rejects.toThrow(AliasTaken);
  });
});

describe('a version key', () => {
  const known: KnownVersion = {
    version: {
      model: 'digits',
      version: '7',
      digest: `sha256:${'3f'.repeat(32)}`,
      key: 'v7-3f3f3f3f3f3f',
      source: 'models:/digits/7',
      runId: null,
    },
    runtime: { kind: 'mlflow' },
  };

  test('turns back into the version that it stands for', async () => {
    await rememberVersion(db.pool, DIGITS, known);
    expect(await recallVersion(db.pool, DIGITS, known.version.key)).toEqual(known);
    expect(await recallVersion(db.pool, { ...DIGITS, endpoint: 'other' }, known.version.key)).toBeNull();
  });

  test('keeps the latest runtime', async () => {
    const runtime = { kind: 'command', command: ['serve', '{port}'], healthPath: '/ok', predictPath: '/p' } as const;
    await rememberVersion(db.pool, DIGITS, { ...known, runtime });
    expect((await recallVersion(db.pool, DIGITS, known.version.key))?.runtime).toEqual(runtime);
  });

  test('never comes to stand for another content', async () => {
    const version = { ...known.version, digest: `sha256:${'00'.repeat(32)}` };
    await rememberVersion(db.pool, DIGITS, known);
    await expect(rememberVersion(db.pool, DIGITS, { ...known, version })).rejects.toThrow(/another digest/);
  });
});
