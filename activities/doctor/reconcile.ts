import { compareFences, formatFence } from '../../domain/fence.ts';
import { deadPassage } from '../../domain/invariants/state.ts';
import { lastWord, passagesOf, trafficRows } from '../../domain/invariants/history.ts';
import { soleVersion } from '../../domain/invariants/words.ts';
import { versionNumber } from '../../domain/ids.ts';
import type { Actor, LedgerEntry } from '../../domain/ledger-entry.ts';
import type { Reason } from '../../domain/reasons.ts';
import { sameRoute } from '../../domain/route.ts';
import { moveAlias } from '../registry/alias.ts';
import { appendLedger } from '../store/ledger.ts';
import { whileIdle, type Observed } from './observe.ts';
import type { DoctorPorts } from './ports.ts';
import { ownedAlias } from './read-store.ts';

type Detail = Readonly<Record<string, unknown>>;

/** Closes the books of a run that can no longer do so; the row says where its traffic belongs. Repeating writes nothing. */
export async function closeDead({ pool }: DoctorPorts, { seen }: Observed, actor: Actor): Promise<boolean> {
  const dead = deadPassage(seen);
  if (!pool || !dead || seen.desired === null) return false;
  const { status } = seen.closed ?? { status: null };
  const live = soleVersion(seen.desired.route);
  const detail = {
    message: 'found open with nothing running',
    status,
    route: seen.desired.route,
    ...(dead.home !== undefined && { belongs: dead.home }),
    ...(live !== undefined && live === dead.home && { serving: live }),
  };
  await append(pool, seen, { rolloutId: dead.rolloutId, reason: 'FoundTerminated', actor, detail, onlyOnce: true });
  return true;
}

/** Writes down a fence in force that the ledger does not know, with the version that serves under it. */
export async function recordRoute({ pool }: DoctorPorts, { seen }: Observed, actor: Actor): Promise<boolean> {
  const { desired, programmed, ledger } = seen;
  if (!pool || !ledger || !desired || !programmed) return false;
  const serving = soleVersion(desired.route);
  const isProgrammed =
    compareFences(programmed.fence, desired.fence) === 0 && sameRoute(programmed.route, desired.route);
  if (serving === undefined || !isProgrammed) return false;
  const { fence, route } = programmed;
  const message = `the route was set under fence ${formatFence(fence)} (${desired.label || 'no label'}) without a row in the ledger`;
  const detail = { message, fence: formatFence(fence), route, programmed: { fence, route }, serving };
  await append(pool, seen, { rolloutId: lastRollout(seen, fence.epoch), reason: 'Reconciled', actor, detail });
  return true;
}

/** Points the endpoint's alias at the version that serves it. */
export async function alignAlias(ports: DoctorPorts, { seen, model }: Observed, actor: Actor): Promise<boolean> {
  const { pool, mlflow } = ports;
  const serving = lastWord(seen.ledger?.rows ?? []);
  const owned = pool && (await ownedAlias(pool, seen, model));
  if (!pool || !mlflow || !owned || typeof serving !== 'string') return false;
  const to = versionNumber(serving);
  const from = seen.alias?.version ?? null;
  if (from === to) return false;
  await moveAlias(mlflow, owned.model, owned.name, to, { mayWrite: () => whileIdle(ports, seen) });
  const detail = { message: 'the alias was brought to the version that serves', alias: owned.name, from, to, serving };
  await append(pool, seen, { rolloutId: lastRollout(seen, null), reason: 'Reconciled', actor, detail });
  return true;
}

interface Row {
  readonly rolloutId: string;
  readonly reason: Reason;
  readonly actor: Actor;
  readonly detail: Detail;
  /** The key is without a number, so that two who find the same write one row. */
  readonly onlyOnce?: boolean;
}

async function append(pool: NonNullable<DoctorPorts['pool']>, seen: Observed['seen'], row: Row): Promise<void> {
  const { rolloutId, reason, actor, detail, onlyOnce = false } = row;
  const own = (seen.ledger?.rows ?? []).filter((known) => known.rolloutId === rolloutId);
  const rolloutSequence = Math.max(0, ...own.map((known) => known.rolloutSequence)) + 1;
  const entry: LedgerEntry = {
    key: onlyOnce ? `${rolloutId}:${reason}` : `${rolloutId}:${rolloutSequence}:${reason}`,
    target: seen.target,
    endpoint: seen.endpoint,
    rolloutId,
    rolloutSequence,
    effectiveAt: new Date().toISOString(),
    actor,
    stage: 'done',
    step: null,
    reason,
    detail,
    evidence: null,
  };
  await appendLedger(pool, [entry]);
}

/** Rows of housekeeping belong to the rollout that was last; on an endpoint without one, to the epoch in force. */
function lastRollout({ target, endpoint, ledger }: Observed['seen'], epoch: number | null): string {
  const last =
    trafficRows(ledger?.rows ?? []).at(-1)?.row.rolloutId ?? passagesOf(ledger?.rows ?? []).at(-1)?.rolloutId;
  return last ?? `${target}.${endpoint}.${epoch ?? 0}`;
}
