import { compareFences, formatFence } from '../fence.ts';
import type { EndpointObservation, Finding } from './observation.ts';
import { sameRoute } from '../route.ts';
import { passagesOf, trafficRows, withoutWatch, type ChainedEntry, type TrafficRow } from './history.ts';
import { nameOf } from './words.ts';

/** Invariant 2: the ledger is whole, and every mutation in it was observed on the target. */
export function ledgerFindings(seen: EndpointObservation): Finding[] {
  if (!seen.ledger) return [];
  const { rows, broken, isExcerpt } = seen.ledger;
  const faults = [
    ...(broken ? [broken.detail] : []),
    ...(!isExcerpt && rows[0] && rows[0].seq !== 1 ? ['row 1 is missing'] : []),
    ...chainFaults(rows),
    ...passagesOf(rows).flatMap(({ rolloutId, rows: own }) => gapFault(rolloutId, own, withoutWatch(rows))),
    ...trafficFaults(trafficRows(rows)),
  ];
  const remedy = '`slipway audit verify` names the row; the ledger is append-only, so compare it with a backup';
  return [...new Set(faults)].map((fault) => ({
    invariant: 2,
    code: 'LedgerBroken',
    message: `the ledger of ${nameOf(seen)} is not whole: ${fault}`,
    remedy,
    repair: 'none',
  }));
}

function chainFaults(rows: readonly ChainedEntry[]): string[] {
  return rows.flatMap((row, at) => {
    const before = rows[at - 1];
    if (!before) return [];
    if (row.seq !== before.seq + 1) return [`row ${before.seq + 1} is missing`];
    return row.prevHash === before.hash ? [] : [`row ${row.seq} does not follow the row before it`];
  });
}

/** A workflow reset may give one number two rows, but never leaves one out. */
function gapFault(rolloutId: string, own: readonly ChainedEntry[], all: readonly ChainedEntry[]): string[] {
  const numbers = new Set(own.map(({ rolloutSequence }) => rolloutSequence));
  // Of the first rollout in an excerpt the beginning may lie before it.
  const isExcerpt = own[0] === all[0] && own[0]?.seq !== 1;
  const first = isExcerpt ? Math.min(...numbers) : 1;
  const last = Math.max(...numbers);
  for (let number = first; number <= last; number++)
    if (!numbers.has(number)) return [`entry ${number} of ${rolloutId} is missing`];
  return [];
}

function trafficFaults(rows: readonly TrafficRow[]): string[] {
  return rows.flatMap(({ row, fence, route, programmed }, at) => {
    const faults: string[] = [];
    const before = rows[at - 1];
    const order = before ? compareFences(fence, before.fence) : 1;
    if (!programmed || compareFences(programmed.fence, fence) !== 0 || !sameRoute(programmed.route, route))
      faults.push(`row ${row.seq} says that a route was set, and not that it was read back`);
    if (order < 0) faults.push(`row ${row.seq} has fence ${formatFence(fence)}, older than the row before it`);
    if (before && order === 0 && !sameRoute(before.route, route))
      faults.push(`rows ${before.row.seq} and ${row.seq} have different routes under one fence ${formatFence(fence)}`);
    return faults;
  });
}
