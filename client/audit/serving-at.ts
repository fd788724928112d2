import type { HistoryRow } from '../ledger.ts';
import type { Route } from '../../domain/route.ts';
import type { Lineage, PinnedVersion } from '../../domain/model-version.ts';
import type { Verdict } from '../../domain/verdict.ts';

/** What served an endpoint at one moment, why, and who let it in, as the ledger has it. */
export interface ServingAt {
  /** ISO 8601. */
  readonly at: string;
  readonly target: string;
  readonly endpoint: string;
  readonly arms: readonly ServingArm[];
  readonly mirrors: Route['mirrors'];
  /** The row that put this route in force, or found it there. */
  readonly since: RowRef;
  /** The last verdict of that rollout before this moment. */
  readonly verdict: (RowRef & Pick<Verdict, 'decision' | 'summary' | 'algorithm'>) | null;
  /** What people did in that rollout before this moment, oldest first. */
  readonly people: readonly RowRef[];
  /** How that rollout had ended by this moment. */
  readonly ended: RowRef | null;
}

export interface ServingArm {
  /** The version's key: number and the beginning of its digest. */
  readonly version: string;
  /** Parts per 10,000. */
  readonly weight: number;
  /** `null` where the ledger names the version by its key only. */
  readonly pinned: Pick<PinnedVersion, 'model' | 'version' | 'digest' | 'runId'> | null;
  /** The rollout that brought it; `null` when it served before the first. */
  readonly broughtBy: (RowRef & { readonly lineage: Lineage | null }) | null;
}

/** Where in the ledger something stands, and what it says of who and when. */
export interface RowRef extends Pick<
  HistoryRow,
  'seq' | 'effectiveAt' | 'recordedAt' | 'rolloutId' | 'stage' | 'step' | 'reason' | 'actor'
> {
  readonly message: string | null;
}

/** What rows of a ledger, up to a moment and in the order in which they took effect, say of it; `null` when nothing. */
export function servingAt(rows: readonly HistoryRow[], at: string): ServingAt | null {
  const before = rows
    .filter(({ effectiveAt }) => effectiveAt <= at)
    .sort((a, b) => a.effectiveAt.localeCompare(b.effectiveAt) || a.seq - b.seq);
  const turn = turnOf(before);
  const route = turn && routeOf(turn);
  if (!turn || !route) return null;
  const same = before.filter(({ rolloutId }) => rolloutId === turn.rolloutId);
  const judged = same.findLast(({ evidence }) => isVerdict(evidence));
  const ended = same.findLast(({ stage, reason }) => stage === 'done' && reason !== 'CleanupFailed');
  return {
    at,
    target: turn.target,
    endpoint: turn.endpoint,
    arms: route.arms.filter(({ weight }) => weight > 0).map((arm) => ({ ...arm, ...introduced(before, arm.version) })),
    mirrors: route.mirrors,
    since: refer(turn),
    verdict: judged ? { ...refer(judged), ...verdictOf(judged) } : null,
    people: same.filter(({ actor }) => actor.proof !== 'system').map(refer),
    ended: ended ? refer(ended) : null,
  };
}

/** The row that the route in force goes back to: a rollout that only found it, as the last one left it, is not it. */
function turnOf(rows: readonly HistoryRow[]): HistoryRow | undefined {
  const last = rows.findLast((row) => routeOf(row) !== null);
  const put = rows.findLast(({ detail }) => isRoute(detail['route']));
  return last && put && sameTraffic(routeOf(last), routeOf(put)) ? put : last;
}

function sameTraffic(a: Route | null, b: Route | null): boolean {
  const told = (route: Route | null) => [route?.arms.filter(({ weight }) => weight > 0), route?.mirrors];
  return JSON.stringify(told(a)) === JSON.stringify(told(b));
}

/** The route that a row put in force; of a rollout's first rows, the one that it found. */
export function routeOf({ detail }: Pick<HistoryRow, 'detail'>): Route | null {
  const { route, snapshot } = detail as { route?: unknown; snapshot?: { route?: unknown } };
  return [route, snapshot?.route].find(isRoute) ?? null;
}

function introduced(rows: readonly HistoryRow[], version: string): Pick<ServingArm, 'pinned' | 'broughtBy'> {
  const start = rows.findLast((row) => BROUGHT.has(row.reason) && pinnedIn(row, 'candidate')?.key === version);
  const known = start
    ? pinnedIn(start, 'candidate')
    : rows.map((row) => pinnedIn(row, 'stable')).findLast((stable) => stable?.key === version);
  const passed = rows.find(({ reason, rolloutId }) => reason === 'PreflightPassed' && rolloutId === start?.rolloutId);
  const lineage = (passed?.detail as { lineage?: Lineage } | undefined)?.lineage ?? null;
  return {
    pinned: known ? { model: known.model, version: known.version, digest: known.digest, runId: known.runId } : null,
    broughtBy: start ? { ...refer(start), lineage } : null,
  };
}

const BROUGHT: ReadonlySet<string> = new Set(['RolloutStarted', 'RolledBackByHand']);

function pinnedIn({ detail }: HistoryRow, which: 'candidate' | 'stable'): PinnedVersion | null {
  const { candidate, snapshot } = detail as { candidate?: PinnedVersion; snapshot?: { stable?: PinnedVersion | null } };
  return (which === 'candidate' ? candidate : snapshot?.stable) ?? null;
}

function refer(row: HistoryRow): RowRef {
  const { seq, effectiveAt, recordedAt, rolloutId, stage, step, reason, actor, detail } = row;
  const message = typeof detail['message'] === 'string' && detail['message'] !== '' ? detail['message'] : null;
  return { seq, effectiveAt, recordedAt, rolloutId, stage, step, reason, actor, message };
}

function verdictOf({ evidence }: HistoryRow): Pick<Verdict, 'decision' | 'summary' | 'algorithm'> {
  const { decision, summary, algorithm } = evidence as Verdict;
  return { decision, summary, algorithm };
}

function isVerdict(value: unknown): value is Verdict {
  return typeof value === 'object' && value !== null && 'decision' in value && 'summary' in value;
}

function isRoute(value: unknown): value is Route {
  return typeof value === 'object' && value !== null && 'arms' in value && 'mirrors' in value;
}
