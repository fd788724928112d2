import { formatFence } from '../../../domain/fence.ts';
import { checkInvariants, type EndpointObservation } from '../../../domain/invariants.ts';
import type { RolloutResult } from '../../../domain/rollout-state.ts';
import { sameRoute, versionsOf, weightOf, wholeRoute, type Route } from '../../../domain/route.ts';
import type { EndpointWorld } from './endpoint-world.ts';
import type { Path } from './paths.ts';
import { CANDIDATE, STABLE } from './versions.ts';

/** What a rollout without a fault left behind. */
export interface Trace {
  readonly routes: readonly Route[];
  readonly reasons: readonly string[];
}

/** Reasons that a fault may add to a ledger, and that say nothing but what the fault was. */
const OF_FAULTS = ['RollbackFailed'];

export function traceOf(world: EndpointWorld): Trace {
  const reasons = world.ledger.map(({ reason }) => reason as string).filter((reason) => !OF_FAULTS.includes(reason));
  return { routes: world.shifts.map(({ route }) => route), reasons };
}

/**
 * What is wrong with a closed rollout, in words; empty when every invariant holds.
 *
 * @param expected the same path without a fault; `null` where the fault itself decides how far it goes
 */
export function faultsOf(
  world: EndpointWorld,
  path: Path,
  result: RolloutResult | Error,
  expected: Trace | null,
): string[] {
  if (result instanceof Error) return [`it did not end with a result: ${result.message}`];
  const allowed = path.ends.some(({ outcome, reason }) => outcome === result.outcome && reason === result.reason);
  const ending = allowed ? [] : [`it ended as ${result.outcome} (${result.reason}): ${result.detail}`];
  const forward = result.outcome === 'promoted' || path.workflow === 'rollback';
  return [
    ...ending,
    ...agreement(world, forward, result),
    ...ledgerFaults(world, expected !== null),
    ...(path.workflow === 'rollout' ? forbidden(world) : []),
    ...checkInvariants(observed(world, result)).map(({ code, message }) => `${code}: ${message}`),
    ...(expected ? differences(traceOf(world), expected) : []),
  ];
}

/** Invariants 1 and 3: route, alias, servers and the last ledger entry name the same version. */
function agreement(
  { route, alias, deployed, ledger }: EndpointWorld,
  forward: boolean,
  result: RolloutResult,
): string[] {
  const serving = forward ? CANDIDATE : STABLE;
  const faults: string[] = [];
  if (!sameRoute(route, wholeRoute(serving.key))) faults.push(`the route is ${JSON.stringify(route)}`);
  if (alias !== serving.version) faults.push(`the alias is on ${alias}, not on ${serving.version}`);
  if ([...deployed].join() !== serving.key) faults.push(`servers run for ${[...deployed].join(', ')}`);
  const last = ledger.at(-1)?.detail;
  // Stopped in its preflight it has no name yet, and nothing to tell.
  if (result.rolloutId === null && ledger.length === 0) return faults;
  if (last?.['outcome'] !== result.outcome || last['serving'] !== serving.key)
    faults.push(`the ledger ends with ${JSON.stringify(ledger.at(-1))}`);
  return faults;
}

/** Invariant 2: gap-free, one row a key, and one row for every route that came into force, with its fence. */
function ledgerFaults({ ledger, shifts }: EndpointWorld, complete: boolean): string[] {
  const faults: string[] = [];
  const numbers = ledger.map(({ rolloutSequence }) => rolloutSequence);
  if (numbers.some((number, at) => number !== at + 1)) faults.push(`the ledger's numbers are ${numbers.join()}`);
  const rows = ledger
    .filter(({ reason }) => reason === 'TrafficShifted' || reason === 'TrafficRestored')
    .map(({ detail }) => String(detail['fence']));
  const fences = shifts.map(({ fence }) => formatFence(fence));
  const unseen = rows.filter((fence) => !fences.includes(fence));
  if (unseen.length > 0) faults.push(`the ledger tells of routes that never were: ${unseen.join()}`);
  if (new Set(rows).size !== rows.length) faults.push(`the ledger tells twice of ${rows.join()}`);
  if (complete && rows.join() !== fences.join()) faults.push(`routes ${fences.join()} but rows ${rows.join()}`);
  if (rows.at(-1) !== fences.at(-1))
    faults.push(`fence ${fences.at(-1)} is in force, the ledger ends at ${rows.at(-1)}`);
  return faults;
}

/** Invariants 3 and 5: once traffic is on its way back, the candidate gets none, live or mirrored. */
function forbidden({ shifts }: EndpointWorld): string[] {
  const back = shifts.findIndex(({ label }) => label.endsWith('/rollback'));
  return (back < 0 ? [] : shifts.slice(back))
    .filter(({ route }) => weightOf(route, CANDIDATE.key) > 0 || route.mirrors.length > 0)
    .map(
      ({ route, fence }) =>
        `after the way back began, ${versionsOf(route).join()} was routed under ${formatFence(fence)}`,
    );
}

/** Every effect once: the same routes and the same transitions as without the fault. */
function differences(found: Trace, expected: Trace): string[] {
  const faults: string[] = [];
  if (JSON.stringify(found.routes) !== JSON.stringify(expected.routes))
    faults.push(`routes were ${JSON.stringify(found.routes)} instead of ${JSON.stringify(expected.routes)}`);
  if (found.reasons.join() !== expected.reasons.join())
    faults.push(`transitions were ${found.reasons.join()} instead of ${expected.reasons.join()}`);
  return faults;
}

/** The closed endpoint as `slipway doctor` would see it; traffic is measured as the route says, since nobody serves here. */
function observed(world: EndpointWorld, { outcome }: RolloutResult): EndpointObservation {
  const { fence, route, alias, ledger, reading } = world;
  const rows = ledger.map((entry, at) => ({ ...entry, seq: at + 1, prevHash: `row ${at}`, hash: `row ${at + 1}` }));
  const seen = { fence, route, label: reading.label };
  return {
    target: ledger[0]?.target ?? '',
    endpoint: ledger[0]?.endpoint ?? '',
    running: null,
    closed: { status: 'COMPLETED', outcome },
    desired: seen,
    programmed: seen,
    measured: Object.fromEntries(route.arms.map(({ version, weight }) => [version, weight])),
    alias: { name: 'champion', version: alias },
    ledger: { rows, isExcerpt: false, broken: null },
  };
}
