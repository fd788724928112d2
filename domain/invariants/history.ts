import { parseFence, type Fence } from '../fence.ts';
import { WATCH_STEP, type LedgerEntry } from '../ledger-entry.ts';
import type { PinnedVersion } from '../model-version.ts';
import type { EndpointSnapshot } from '../rollout-state.ts';
import type { Route } from '../route.ts';

/** A ledger entry in its place in the endpoint's chain. */
export interface ChainedEntry extends LedgerEntry {
  readonly seq: number;
  readonly prevHash: string;
  readonly hash: string;
}

/** What the ledger tells of one rollout or rollback. */
export interface Passage {
  readonly rolloutId: string;
  /** A rollback's way leads to its candidate, whatever happens; a rollout's back to its snapshot's stable. */
  readonly kind: 'rollout' | 'rollback';
  readonly rows: readonly ChainedEntry[];
  /** Whether its books were closed, by itself or by whoever found it dead. */
  readonly closed: boolean;
  /** The version that all traffic belongs on if it dies; `null` for none, `undefined` where the rows do not say. */
  readonly home: string | null | undefined;
}

/** A row that says which route was in force under which fence. */
export interface TrafficRow {
  readonly row: ChainedEntry;
  readonly fence: Fence;
  readonly route: Route;
  readonly programmed: { readonly fence: Fence; readonly route: Route } | null;
}

/** The rows without those of the watch, which come at any time and say nothing of traffic. */
export function withoutWatch(rows: readonly ChainedEntry[]): readonly ChainedEntry[] {
  return rows.filter(({ step }) => step !== WATCH_STEP);
}

/** Every rollout and rollback of the rows, in the order in which they began. */
export function passagesOf(rows: readonly ChainedEntry[]): Passage[] {
  const byId = Map.groupBy(withoutWatch(rows), ({ rolloutId }) => rolloutId);
  return [...byId].map(([rolloutId, own]) => {
    const kind = own.some(({ reason }) => reason === 'RolledBackByHand') ? 'rollback' : 'rollout';
    return { rolloutId, kind, rows: own, closed: own.some(isClosing), home: homeOf(own, kind) };
  });
}

/** Rows that set a route, in order. */
export function trafficRows(rows: readonly ChainedEntry[]): TrafficRow[] {
  return rows.flatMap((row) => {
    const { fence, route, programmed } = row.detail;
    const read = typeof fence === 'string' ? parseFence(fence) : null;
    if (!TRAFFIC.has(row.reason) || !read || !route) return [];
    return [{ row, fence: read, route: route as Route, programmed: (programmed ?? null) as TrafficRow['programmed'] }];
  });
}

/** The version that the ledger's last word gives all traffic; `null` for none, `undefined` where it says nothing. */
export function lastWord(rows: readonly ChainedEntry[]): string | null | undefined {
  const row = rows.findLast(({ detail }) => 'serving' in detail || 'belongs' in detail);
  const word = row?.detail['serving'] ?? row?.detail['belongs'] ?? null;
  return row && (word as string | null);
}

const TRAFFIC = new Set<string>(['TrafficShifted', 'TrafficRestored', 'Reconciled']);
const CLOSING = new Set<string>(['Promoted', 'RolledBack', 'Aborted', 'Held', 'FoundTerminated', 'Reconciled']);

function isClosing({ reason, stage, detail }: ChainedEntry): boolean {
  return CLOSING.has(reason) || (stage === 'done' && 'serving' in detail);
}

function homeOf(rows: readonly ChainedEntry[], kind: Passage['kind']): string | null | undefined {
  if (kind === 'rollback') {
    const begun = rows.find(({ reason }) => reason === 'RolledBackByHand');
    return (begun?.detail['candidate'] as PinnedVersion | undefined)?.key;
  }
  const passed = rows.find(({ reason }) => reason === 'PreflightPassed');
  const snapshot = passed?.detail['snapshot'] as EndpointSnapshot | undefined;
  return snapshot && (snapshot.stable?.key ?? null);
}
