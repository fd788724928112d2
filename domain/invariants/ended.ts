import type { EndpointObservation, Finding } from './observation.ts';
import { passagesOf } from './history.ts';
import { deadPassage, isMissing, isUnrecorded } from './state.ts';
import { nameOf, shares, soleVersion } from './words.ts';

/** Invariant 3: what ended otherwise than by a promotion leaves all traffic where its compensations lead. */
export function endedFindings(seen: EndpointObservation): Finding[] {
  return [...deadFindings(seen), ...unrestored(seen)];
}

/** A rollout that went back says so by the row of its restored traffic, before it closes. */
function unrestored({ target, endpoint, ledger }: EndpointObservation): Finding[] {
  return passagesOf(ledger?.rows ?? []).flatMap(({ rolloutId, rows }): Finding[] => {
    const wentBack = rows.some(({ reason }) => reason === 'RolledBack' || reason === 'Aborted' || reason === 'Held');
    const moved = rows.some(({ reason }) => reason === 'TrafficShifted');
    const settled = rows.some(({ reason }) => SETTLED.has(reason));
    if (!wentBack || !moved || settled) return [];
    const message = `${rolloutId} closed as gone back, and its ledger never says that traffic was restored`;
    const remedy = `\`slipway history ${nameOf({ target, endpoint })}\` shows what it did`;
    return [{ invariant: 3, code: 'NotRestored', message, remedy, repair: 'none' }];
  });
}

/** Traffic is back, was left to whoever took it over, or was moved by a rollback, whose one shift is its way. */
const SETTLED = new Set<string>(['TrafficRestored', 'Superseded', 'RolledBackByHand']);

function deadFindings(seen: EndpointObservation): Finding[] {
  const dead = deadPassage(seen);
  if (!dead || seen.desired === null) return [];
  const { desired, closed } = seen;
  const how = ENDED[closed?.status ?? ''] ?? 'ended without closing its books';
  const what = `${dead.kind} ${dead.rolloutId} ${how}`;
  const live = soleVersion(desired.route);
  const name = nameOf(seen);
  const isTaken = isUnrecorded(seen);
  if (isTaken || isMissing(desired) || (live !== undefined && live === dead.home)) {
    const where = isTaken ? 'a person has taken its traffic since' : 'it has no traffic to give back';
    const message = `${what}; ${where}, the ledger still shows it open`;
    return [{ invariant: 2, code: 'LedgerOpen', message, remedy: fix(name), repair: 'reconcile' }];
  }
  const now = `${what} with live traffic on ${shares(desired.route)}`;
  if (typeof dead.home !== 'string') {
    const remedy = `decide which version serves: \`slipway rollback ${name} --to N\``;
    const message = `${now}, and there is no earlier version to go back to`;
    return [{ invariant: 3, code: 'DeadWithTraffic', message, remedy, repair: 'none' }];
  }
  const message = `${now}, which belongs on ${dead.home}`;
  const belongs = dead.home;
  return [{ invariant: 3, code: 'DeadWithTraffic', message, remedy: fix(name), repair: 'rollback', belongs }];
}

const ENDED: Readonly<Record<string, string>> = {
  TERMINATED: 'was terminated by force',
  TIMED_OUT: 'was ended by a time limit of Temporal',
  FAILED: 'failed before it could go back',
};

function fix(name: string): string {
  return `\`slipway doctor ${name} --fix\``;
}
