import { AFTERMATH_MS, type AftermathInput } from '../../domain/aftermath.ts';
import { trafficRows } from '../../domain/invariants/history.ts';
import type { PreflightFacts } from '../../domain/rollout-state.ts';
import type { LedgerRow } from '../store/ledger-hash.ts';

/** The reasons of rows by which a version got its traffic back. */
const BACK = new Set<string>(['TrafficRestored', 'RolledBackByHand']);

/** The watch over whoever has the traffic again; `null` where none was taken away, or nobody wants to watch. */
export function aftermathOf(facts: PreflightFacts, history: readonly LedgerRow[]): AftermathInput | null {
  const { plan, rolloutId, candidate, snapshot } = facts;
  const watchMs = plan.rollback?.watchMs ?? AFTERMATH_MS;
  const last = trafficRows(history).at(-1);
  const version = last?.route.arms.find(({ weight }) => weight > 0)?.version;
  const left = version === candidate.key ? snapshot.stable?.key : candidate.key;
  const wentBack = history.some(({ reason }) => BACK.has(reason));
  if (!wentBack || !last || !version || !left || version === left || watchMs === 0) return null;
  const { target, endpoint, model, notify, maxBlindMs, gates } = plan;
  return {
    plan: { target, endpoint, model, notify, maxBlindMs },
    gates,
    rolloutId,
    ...last.fence,
    version,
    left,
    watchMs,
    ledgerSequence: history.at(-1)?.rolloutSequence ?? 0,
  };
}
