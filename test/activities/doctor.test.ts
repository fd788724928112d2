import { afterEach, describe, expect, test } from 'vitest';
import { examine, type Examined } from '../../activities/doctor/examine.ts';
import { repair, type RepairOptions } from '../../activities/doctor/repair.ts';
import { readUnrecorded, writeUnrecorded } from '../../activities/doctor/unrecorded.ts';
import { readLedger } from '../../activities/store/ledger.ts';
import { createPool } from '../../activities/store/pool.ts';
import { verifyLedger } from '../../activities/store/verify-ledger.ts';
import { byHandLabel } from '../../domain/invariants/words.ts';
import { wholeRoute } from '../../domain/route.ts';
import { useDatabase } from '../store/database.ts';
import type { Ending } from '../support/endpoint-history.ts';
import { DoctorWorld } from './doctor-world.ts';

const db = useDatabase();
const worlds: DoctorWorld[] = [];
let made = 0;

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.end();
});

test('an endpoint whose rollouts ended in order has no finding', async () => {
  const world = await endpoint('promoted', 'rolled_back', 'promoted', 'aborted in build');
  world.requests = { [serving(world)]: 20 };
  expect(await look(world)).toMatchObject({ findings: [] });
});

test('traffic on a version that the route does not name is found by measurement alone', async () => {
  const world = await endpoint('promoted', 'promoted');
  world.requests = { [world.past.versions[0]?.key ?? '']: 1 };
  expect(codes(await look(world))).toEqual(['TrafficElsewhere']);
});

describe('a rollout that was terminated in its canary', () => {
  test('is closed in the ledger, and traffic goes back by the workflow rollback', async () => {
    const world = await endpoint('promoted', 'terminated in the canary');
    world.ran('TERMINATED');
    await mend(world);
    expect(world.started).toEqual([expect.objectContaining({ version: '1', by: 'ada' })]);
    expect((await rows(world)).at(-1)).toMatchObject({
      reason: 'FoundTerminated',
      actor: { name: 'ada' },
      detail: { status: 'TERMINATED', belongs: serving(world) },
    });
  });

  test('is found again while the rollback has not begun, and its books are closed once', async () => {
    const world = await endpoint('promoted', 'terminated in the canary');
    world.ran('TERMINATED');
    await mend(world);
    await mend(world);
    expect(world.started).toHaveLength(2);
    expect((await rows(world)).filter(({ reason }) => reason === 'FoundTerminated')).toHaveLength(1);
  });

  test('is not tried every minute when the rollback itself failed', async () => {
    const world = await endpoint('promoted', 'terminated in the canary');
    world.ran('FAILED', { type: 'rollback' });
    await mend(world, { isAlone: true });
    expect(world.started).toEqual([]);
    await mend(world, { isAlone: true, now: Date.now() + 11 * 60_000 });
    expect(world.started).toHaveLength(1);
  });
});

test('a rollout that was terminated before it moved traffic is only closed in the ledger', async () => {
  const world = await endpoint('promoted', 'terminated in build');
  world.ran('TERMINATED');
  await mend(world);
  expect(world.started).toEqual([]);
  expect(codes(await look(world))).toEqual([]);
});

test('a route that a stranger moved is brought back, and is not written down as if it were right', async () => {
  const world = await endpoint('promoted', 'promoted');
  const before = await rows(world);
  Object.assign(world.past, { fence: { epoch: 9, sequence: 1 }, route: wholeRoute(world.past.versions[0]?.key ?? '') });
  world.label = 'somebody';
  await mend(world, { isAlone: true });
  expect(world.started).toEqual([expect.objectContaining({ version: '2' })]);
  expect(await rows(world)).toEqual(before);
});

test('an alias that a late attempt moved goes back to the version that serves, with a row in the ledger', async () => {
  const world = await endpoint('promoted', 'rolled_back');
  world.past.alias = '2';
  expect(codes(await look(world))).toEqual(['AliasElsewhere']);
  await mend(world);
  expect(world.past.alias).toBe('1');
  expect((await rows(world)).at(-1)).toMatchObject({ reason: 'Reconciled', detail: { from: '2', to: '1' } });
  expect(codes(await look(world))).toEqual([]);
});

test('a fence that took effect without a row is written down, where it changed nothing', async () => {
  const world = await endpoint('promoted');
  world.past.fence = { ...world.past.fence, sequence: 9 };
  expect(codes(await look(world))).toEqual(['ForeignFence']);
  await mend(world);
  expect(codes(await look(world))).toEqual([]);
});

describe('a rollback without a workflow', () => {
  const takenOver = async (...endings: Ending[]) => {
    const world = await endpoint(...endings);
    const [old] = world.past.versions;
    const fence = { epoch: 1_002, sequence: 1 };
    const route = wholeRoute(old?.key ?? '');
    const rolloutId = `local.${world.past.endpoint}.1002`;
    const note = { format: 1, target: 'local', endpoint: world.past.endpoint, rolloutId, fence, route } as const;
    const before = { fence: world.past.fence, route: world.past.route };
    const who = { by: 'grace', reason: 'PostgreSQL is down', at: '2026-05-01T12:00:00.000Z' };
    await writeUnrecorded(world.home, {
      ...note,
      serving: old?.key ?? '',
      before,
      ...who,
      programmed: { fence, route },
    });
    Object.assign(world.past, { fence, route });
    world.label = byHandLabel(rolloutId);
    return world;
  };

  test('is written to the ledger with who did it and when, and the alias follows', async () => {
    const world = await takenOver('promoted', 'promoted');
    await mend(world, { isAlone: true });
    expect(world.started).toEqual([]);
    expect(world.past.alias).toBe('1');
    expect((await rows(world)).slice(-4)).toMatchObject([
      { reason: 'RolledBackByHand', actor: { name: 'grace' }, effectiveAt: '2026-05-01T12:00:00.000Z' },
      { reason: 'TrafficRestored', detail: { fence: '1002.1' } },
      { reason: 'AliasRestored' },
      { reason: 'Reconciled', detail: { serving: world.past.versions[0]?.key } },
    ]);
    expect(await readUnrecorded(world.home, { target: 'local', endpoint: world.past.endpoint })).toEqual([]);
    expect(codes(await look(world))).toEqual([]);
  });

  test('is known by the mark on the route where its note is on another machine', async () => {
    const world = await takenOver('promoted', 'promoted');
    const elsewhere = { ...world.ports, home: '/nowhere' };
    const [found] = (await examine(elsewhere, { whole: true, only: place(world) })).endpoints;
    await repair(elsewhere, found as Examined, options({ isAlone: true }));
    expect(world.started).toEqual([]);
    expect((await rows(world)).at(-1)).toMatchObject({ reason: 'Reconciled' });
  });

  test('ends the rollout that lost its route, and is written down after it', async () => {
    const world = await takenOver('promoted', 'terminated in the canary');
    world.ran('RUNNING');
    await mend(world, { isAlone: true });
    expect(world.aborted).toEqual(['run-2']);
    expect((await rows(world)).map(({ reason }) => reason)).not.toContain('Reconciled');
  });

  test('that a newer rollout overtook is written down without disturbing the order of fences', async () => {
    const world = await takenOver('promoted', 'promoted');
    await mend(world);
    const { past } = world;
    const note = {
      ...(await lastNote(world)),
      fence: { epoch: 1_001, sequence: 1 },
      rolloutId: `local.${past.endpoint}.1001`,
    };
    await writeUnrecorded(world.home, note);
    expect(codes(await look(world))).toEqual(['NoteWaiting']);
    await mend(world);
    expect(codes(await look(world))).toEqual([]);
  });

  const lastNote = async (world: DoctorWorld) => {
    const recorded = await import('node:fs/promises');
    const text = await recorded.readFile(`${world.home}/recorded/local.${world.past.endpoint}.1002.json`, 'utf8');
    return JSON.parse(text) as Parameters<typeof writeUnrecorded>[1];
  };
});

describe('with a part down, the rest is checked', () => {
  test('PostgreSQL', async () => {
    const world = await endpoint('promoted', 'promoted');
    world.requests = { [world.past.versions[0]?.key ?? '']: 1 };
    const pool = createPool({ url: 'postgres://nobody@127.0.0.1:1/none' });
    const examined = await examine({ ...world.ports, pool }, { whole: true, only: place(world) });
    await pool.end();
    expect(codes(examined)).toEqual(['Unreachable', 'TrafficElsewhere']);
    expect(examined.findings[0]?.message).toContain('PostgreSQL does not answer');
  });

  test('the serving target', async () => {
    const world = await endpoint('promoted');
    world.isTargetDown = true;
    const examined = await look(world);
    expect(codes(examined)).toEqual(['Unreachable']);
    expect(examined.findings[0]?.message).toContain('the serving host is away');
  });

  test('Temporal, and a rollout with open books counts as running', async () => {
    const world = await endpoint('promoted', 'terminated in the canary');
    const away = { ...world.ports.workflows, latest: () => Promise.reject(new Error('connection refused')) } as never;
    expect(codes(await examine({ ...world.ports, workflows: away }, { whole: true, only: place(world) }))).toEqual([
      'Unreachable',
    ]);
  });
});

test('a run whose own code fails again and again is told, with the way around it', async () => {
  const world = await endpoint('promoted', 'terminated in the canary');
  world.ran('RUNNING', { taskAttempts: 7 });
  expect((await look(world)).findings).toEqual([
    expect.objectContaining({ code: 'Stuck', remedy: expect.stringContaining('rollback --now') as string }),
  ]);
});

test('every endpoint that ledger, Temporal or a target knows of is looked at', async () => {
  const [one, other] = [await endpoint('promoted'), await endpoint('promoted')];
  const { endpoints } = await examine(one.ports, { whole: false });
  const names = endpoints.map(({ observed }) => observed.place.endpoint);
  expect(names).toEqual(expect.arrayContaining([one.past.endpoint, other.past.endpoint]));
});

test('whatever was mended, the chain of hashes stays whole', async () => {
  const world = await endpoint('promoted', 'terminated in the canary');
  world.ran('TERMINATED');
  await mend(world);
  expect(await verifyLedger(db.pool, place(world))).toMatchObject({ intact: true });
});

async function endpoint(...endings: Ending[]): Promise<DoctorWorld> {
  const world = await DoctorWorld.create(db.pool, `doctor-${++made}`, ...endings);
  worlds.push(world);
  return world;
}

const place = ({ past: { target, endpoint: name } }: DoctorWorld) => ({ target, endpoint: name });
const serving = ({ past }: DoctorWorld) => past.stable?.key ?? '';
const rows = (world: DoctorWorld) => readLedger(db.pool, place(world));
const look = (world: DoctorWorld) => examine(world.ports, { whole: true, only: place(world) });
const codes = ({ findings }: Awaited<ReturnType<typeof look>>) => findings.map(({ code }) => code);

function options(over: Partial<RepairOptions>): RepairOptions {
  return { actor: { name: 'ada', proof: 'asserted' }, isAlone: false, now: Date.now(), ...over };
}

async function mend(world: DoctorWorld, over: Partial<RepairOptions> = {}): Promise<void> {
  for (const examined of (await look(world)).endpoints) await repair(world.ports, examined, options(over));
}
