import { expect, test } from 'vitest';
import { EndpointWorld, Refused } from '../../bench/faults/orchestration/endpoint-world.ts';
import { faultsOf, traceOf } from '../../bench/faults/orchestration/check.ts';
import { PATHS, type Path } from '../../bench/faults/orchestration/paths.ts';
import { CANDIDATE, STABLE } from '../../bench/faults/orchestration/versions.ts';
import { formatFence, type Fence } from '../../domain/fence.ts';
import { SYSTEM } from '../../domain/ledger-entry.ts';
import type { Reason } from '../../domain/reasons.ts';
import type { RolloutResult } from '../../domain/rollout-state.ts';
import { splitRoute, wholeRoute, type Route } from '../../domain/route.ts';

const FORWARD = PATHS[0] as Path;
const BACK = PATHS[1] as Path;

test('a campaign finds nothing wrong with a rollout that was promoted, or with one that went back', () => {
  expect(check(promoted(), FORWARD)).toEqual([]);
  expect(check(rolledBack(), BACK)).toEqual([]);
});

const PERTURBATIONS: Record<string, (world: EndpointWorld) => void> = {
  'traffic left on the candidate': (world) => void (world.route = splitRoute(STABLE.key, CANDIDATE.key, 1_000)),
  'an alias that a late attempt moved': (world) => world.setAlias(CANDIDATE.version, null),
  'a server that was left running': (world) => void world.deployed.add(CANDIDATE.key),
  'a route that the ledger does not tell of': (world) => shift(world, 9, wholeRoute(STABLE.key), 'x/rollback', null),
  'a candidate that got traffic after the way back began': (world) => {
    shift(world, 8, splitRoute(STABLE.key, CANDIDATE.key, 100), 'x/canary-1');
    shift(world, 9, wholeRoute(STABLE.key), 'x/rollback', 'TrafficRestored');
  },
  'a row that is missing': (world) => void world.ledger.splice(1, 1),
  'a row that was written twice': (world) => void world.ledger.splice(1, 0, world.ledger[1] as never),
  'rows in another order': (world) => void world.ledger.reverse(),
  'a step that took effect twice': (world) => {
    shift(world, 9, wholeRoute(STABLE.key), 'x/rollback', 'TrafficRestored');
    close(world, 'rolled_back', STABLE.key);
  },
};

for (const [what, perturb] of Object.entries(PERTURBATIONS)) {
  test(`a campaign finds ${what}`, () => {
    const world = rolledBack();
    perturb(world);
    expect(check(world, BACK)).not.toEqual([]);
  });
}

test('a campaign finds a rollout that ended otherwise than its path, or not at all', () => {
  expect(faultsOf(promoted(), BACK, result('promoted', CANDIDATE.key), null)).not.toEqual([]);
  expect(faultsOf(rolledBack(), BACK, new Error('open after 300 s'), null)).toEqual([
    'it did not end with a result: open after 300 s',
  ]);
});

test('the world refuses what comes too late, and forgets none of what was refused', () => {
  const world = rolledBack();
  expect(() => world.setRoute({ epoch: 1, sequence: 1 }, wholeRoute(CANDIDATE.key), 'x/full')).toThrow(Refused);
  expect(() => world.setAlias(CANDIDATE.version, { epoch: 1, sequence: 1 })).toThrow(Refused);
  expect(() => world.deploy(CANDIDATE.key, { epoch: 1, sequence: 0 })).toThrow(Refused);
  expect(world.refused).toBe(3);
  expect(check(world, BACK)).toEqual([]);
});

test('a route to a version without a server counts as a lost request', () => {
  const world = new EndpointWorld(STABLE);
  world.setRoute({ epoch: 1, sequence: 1 }, wholeRoute(CANDIDATE.key), 'x/full');
  expect(world.lostRequests).toBe(1);
});

function check(world: EndpointWorld, path: Path): string[] {
  const outcome = path === FORWARD ? 'promoted' : 'rolled_back';
  const serving = path === FORWARD ? CANDIDATE.key : STABLE.key;
  const expected = traceOf(path === FORWARD ? promoted() : rolledBack());
  return faultsOf(world, path, result(outcome, serving), expected);
}

function promoted(): EndpointWorld {
  const world = begun();
  shift(world, 1, splitRoute(STABLE.key, CANDIDATE.key, 1_000), 'x/canary-10');
  shift(world, 2, wholeRoute(CANDIDATE.key), 'x/settled');
  world.setAlias(CANDIDATE.version, { epoch: 1, sequence: 2 });
  world.retire(STABLE.key);
  close(world, 'promoted', CANDIDATE.key);
  return world;
}

function rolledBack(): EndpointWorld {
  const world = begun();
  shift(world, 1, splitRoute(STABLE.key, CANDIDATE.key, 1_000), 'x/canary-10');
  shift(world, 2, wholeRoute(STABLE.key), 'x/rollback', 'TrafficRestored');
  world.retire(CANDIDATE.key);
  close(world, 'rolled_back', STABLE.key);
  return world;
}

function begun(): EndpointWorld {
  const world = new EndpointWorld(STABLE);
  world.deploy(CANDIDATE.key, { epoch: 1, sequence: 0 });
  const snapshot = { fence: world.fence, route: world.route, stable: STABLE, champion: STABLE.version };
  note(world, 'PreflightPassed', { snapshot, epoch: 1 });
  return world;
}

function shift(
  world: EndpointWorld,
  sequence: number,
  route: Route,
  label: string,
  reason: Reason | null = 'TrafficShifted',
): void {
  const fence: Fence = { epoch: 1, sequence };
  const { programmed } = world.setRoute(fence, route, label);
  if (reason) note(world, reason, { fence: formatFence(fence), route, programmed });
}

function close(world: EndpointWorld, outcome: RolloutResult['outcome'], serving: string): void {
  note(world, outcome === 'promoted' ? 'Promoted' : 'RolledBack', { outcome, serving });
}

function note(world: EndpointWorld, reason: Reason, detail: Record<string, unknown>): void {
  const rolloutSequence = world.ledger.length + 1;
  world.append([
    {
      key: `local.e.1:${rolloutSequence}:${reason}`,
      target: 'local',
      endpoint: 'e',
      rolloutId: 'local.e.1',
      rolloutSequence,
      effectiveAt: '2026-01-01T00:00:00.000Z',
      actor: SYSTEM,
      stage: reason === 'Promoted' || reason === 'RolledBack' ? 'done' : 'canary',
      step: null,
      reason,
      detail,
      evidence: null,
    },
  ]);
}

function result(outcome: RolloutResult['outcome'], serving: string): RolloutResult {
  const reason = outcome === 'promoted' ? 'Promoted' : 'GateFailed';
  return { rolloutId: 'local.e.1', outcome, reason, detail: '', candidate: CANDIDATE.key, serving, verdict: null };
}
