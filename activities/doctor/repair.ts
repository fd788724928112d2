import { versionNumber } from '../../domain/ids.ts';
import { lastWord } from '../../domain/invariants/history.ts';
import { isUnrecorded } from '../../domain/invariants/state.ts';
import { nameOf } from '../../domain/invariants/words.ts';
import type { Actor } from '../../domain/ledger-entry.ts';
import type { Examined, PlacedFinding } from './examine.ts';
import type { DoctorPorts, Place } from './ports.ts';
import { alignAlias, closeDead, recordRoute } from './reconcile.ts';
import { recordByHand } from './record-by-hand.ts';

/** One thing that was done about a finding. */
export interface Repaired extends Place {
  readonly code: string;
  readonly done: string;
}

export interface RepairOptions {
  readonly actor: Actor;
  /** Nobody looks on: only what needs no judgement is done. */
  readonly isAlone: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A rollback that failed a moment ago would fail again, and every try is a run in Temporal. */
const PATIENCE_MS = 10 * 60_000;

/** Does what an endpoint's findings call for, by the workflow `rollback` where a route has to move; safe to repeat. */
export async function repair(ports: DoctorPorts, examined: Examined, options: RepairOptions): Promise<Repaired[]> {
  const { observed, findings } = examined;
  const { place, seen, run } = observed;
  const { actor } = options;
  const done: Repaired[] = [];
  const note = (code: string, text: string) => done.push({ ...place, code, done: text });
  const has = (kind: PlacedFinding['repair'], ...codes: string[]) =>
    findings.find(({ repair: by, code }) => by === kind && (codes.length === 0 || codes.includes(code)));

  const overtaken = has('abort');
  if (overtaken && run) {
    await ports.workflows?.abort(place, run.runId, { by: actor.name, reason: overtaken.message });
    note(overtaken.code, 'the rollout that lost its route was told to end');
    return done;
  }
  if (seen.running) return done;
  if (await closeDead(ports, observed, actor)) note('LedgerOpen', 'the ledger of the run that is gone was closed');
  const byHand = await recordByHand(ports, observed, actor);
  if (byHand.length > 0) note('RolledBackUnrecorded', `${byHand.join(', ')} was written to ledger and registry`);
  const away = has('rollback');
  if (away?.belongs && !isUnrecorded(seen) && !isHopeless(examined, options)) {
    const version = versionNumber(away.belongs);
    const input = { ...place, version, by: actor.name, reason: away.message, repair: true };
    if (await ports.workflows?.startRollback(input))
      note(away.code, `rolling ${nameOf(place)} back to ${away.belongs}`);
    return done;
  }
  const foreign = has('reconcile', 'ForeignFence');
  // A history that the ledger knows nothing of is for a person to accept.
  const isAcceptable = !options.isAlone || lastWord(seen.ledger?.rows ?? []) !== undefined;
  if (foreign && isAcceptable && (await recordRoute(ports, observed, actor)))
    note(foreign.code, 'the fence in force was written to the ledger');
  if (has('reconcile', 'AliasElsewhere') && (await alignAlias(ports, observed, actor)))
    note('AliasElsewhere', 'the alias points at the version that serves');
  return done;
}

function isHopeless({ observed: { run } }: Examined, { isAlone, now }: RepairOptions): boolean {
  const failed = run?.type === 'rollback' && run.status !== 'COMPLETED' && run.closedAt !== null;
  return isAlone && failed && now - Date.parse(run.closedAt ?? '') < PATIENCE_MS;
}
