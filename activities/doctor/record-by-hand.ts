import { compareFences, formatFence } from '../../domain/fence.ts';
import { trafficRows } from '../../domain/invariants/history.ts';
import { isUnrecorded } from '../../domain/invariants/state.ts';
import { soleVersion } from '../../domain/invariants/words.ts';
import { rolloutId, versionNumber } from '../../domain/ids.ts';
import type { Actor, LedgerEntry } from '../../domain/ledger-entry.ts';
import type { PinnedVersion } from '../../domain/model-version.ts';
import type { Reason } from '../../domain/reasons.ts';
import { moveAlias } from '../registry/alias.ts';
import { allocateEpoch } from '../store/epochs.ts';
import { appendLedger } from '../store/ledger.ts';
import { recallVersion } from '../store/versions.ts';
import { whileIdle, type Observed } from './observe.ts';
import type { DoctorPorts } from './ports.ts';
import { ownedAlias } from './read-store.ts';
import { dropUnrecorded, readUnrecorded, setAside, type UnrecordedRollback } from './unrecorded.ts';

/**
 * Writes rollbacks without a workflow to the ledger: their notes where they lie on this machine, else what the route
 * itself tells. The epoch is taken, so that no later rollout begins below it, and the alias follows the traffic.
 *
 * @returns the rollout ids that are in the ledger now
 */
export async function recordByHand(ports: DoctorPorts, observed: Observed, actor: Actor): Promise<string[]> {
  const { pool, home } = ports;
  const { seen } = observed;
  if (!pool || !seen.desired || !seen.ledger || seen.running) return [];
  const recorded: string[] = [];
  const notes = await readUnrecorded(home, seen);
  for (const note of notes) {
    const order = compareFences(note.fence, seen.desired.fence);
    if (order > 0)
      await dropUnrecorded(home, note); // the target never took it
    else {
      if (order === 0) await record(ports, observed, note, actor);
      else await recordOvertaken(pool, observed, note, actor);
      await setAside(home, note);
      recorded.push(note.rolloutId);
    }
  }
  if (recorded.length === 0 && isUnrecorded(seen)) {
    const note = noteOf(observed);
    if (note) {
      await record(ports, observed, note, actor);
      recorded.push(note.rolloutId);
    }
  }
  return recorded;
}

/** What is known where the note lies on another machine. */
function noteOf({ seen: { target, endpoint, desired, programmed } }: Observed): UnrecordedRollback | null {
  const serving = desired && soleVersion(desired.route);
  if (!desired || typeof serving !== 'string') return null;
  const { fence, route } = desired;
  const place = { target, endpoint, rolloutId: rolloutId(target, endpoint, fence.epoch) };
  const who = { by: 'unknown', reason: 'its note is on the machine where it was done', at: new Date().toISOString() };
  return { format: 1, ...place, fence, route, serving, before: desired, ...who, programmed };
}

async function record(
  ports: DoctorPorts,
  { seen, model }: Observed,
  note: UnrecordedRollback,
  actor: Actor,
): Promise<void> {
  const { pool, mlflow } = ports;
  if (!pool) return;
  const { target, endpoint, fence, route, serving, before, by, reason, at } = note;
  await allocateEpoch(pool, { target, endpoint, rolloutKey: note.rolloutId, floor: fence.epoch - 1 });
  const known = await recallVersion(pool, seen, serving);
  const person: Actor = { name: by, proof: 'asserted' };
  const snapshot = { fence: before.fence, route: before.route, stable: null, champion: seen.alias?.version ?? null };
  const number = versionNumber(serving);
  // Deployed by somebody else than Slipway: the key is all there is.
  const stranger = { model: model ?? '', version: number, digest: 'unknown', key: serving, source: '', runId: null };
  const candidate: PinnedVersion = known?.version ?? stranger;
  const programmed = note.programmed ?? seen.programmed;
  const owned = mlflow && (await ownedAlias(pool, seen, model));
  if (mlflow && owned)
    await moveAlias(mlflow, owned.model, owned.name, number, { mayWrite: () => whileIdle(ports, seen) });
  const entries = [
    line('RolledBackByHand', person, { message: reason, snapshot, candidate, without: 'workflow' }),
    line('TrafficRestored', person, { fence: formatFence(fence), route, programmed }),
    ...(owned ? [line('AliasRestored', actor, { alias: owned.name, from: snapshot.champion, to: number })] : []),
    line('Reconciled', actor, { outcome: 'rolled_back', message: 'recorded after the fact', serving }),
  ];
  await appendLedger(
    pool,
    entries.map((entry, index) => numbered(note, entry, index + 1)),
  );

  function line(name: Reason, by_: Actor, detail: LedgerEntry['detail']) {
    const isDeed = name === 'RolledBackByHand' || name === 'TrafficRestored';
    return { reason: name, actor: by_, detail, effectiveAt: isDeed ? at : new Date().toISOString() };
  }
}

/** A newer rollout has set the route since, and the order of fences in the ledger is theirs: a row without one, then. */
async function recordOvertaken(
  pool: NonNullable<DoctorPorts['pool']>,
  { seen }: Observed,
  note: UnrecordedRollback,
  actor: Actor,
): Promise<void> {
  const isKnown = trafficRows(seen.ledger?.rows ?? []).some(({ fence }) => compareFences(fence, note.fence) === 0);
  if (isKnown) return;
  const detail = { message: 'a rollback without a workflow, overtaken before it was recorded', note };
  const entry = {
    reason: 'RolledBackByHand' as const,
    actor: { ...actor, name: note.by },
    detail,
    effectiveAt: note.at,
  };
  const closing = { reason: 'Reconciled' as const, actor, detail: {}, effectiveAt: new Date().toISOString() };
  await appendLedger(pool, [numbered(note, entry, 1), numbered(note, closing, 2)]);
}

function numbered(
  { target, endpoint, rolloutId: id }: UnrecordedRollback,
  entry: Pick<LedgerEntry, 'reason' | 'actor' | 'detail' | 'effectiveAt'>,
  rolloutSequence: number,
): LedgerEntry {
  const stage = entry.reason === 'Reconciled' ? 'done' : 'rollback';
  const key = `${id}:${rolloutSequence}:${entry.reason}`;
  return { ...entry, key, target, endpoint, rolloutId: id, rolloutSequence, stage, step: null, evidence: null };
}
