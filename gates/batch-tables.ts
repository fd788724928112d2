import type { ArmCounts, GateBatch, PairCounts } from '../domain/gate-batch.ts';
import type { GateQuestion } from '../domain/gate-question.ts';

/** The requests that a batch counts for a version; none when it does not name the version. */
export function armOf(batch: GateBatch, version: string | null): ArmCounts {
  const none = { version: version ?? '', n: 0, errors: 0, timeouts: 0, rejected: 0, latency: [], users: null };
  return batch.arms.find((arm) => arm.version === version) ?? none;
}

/** The pairs of candidate and stable in a batch; `null` without a mirror. */
export function pairsOf(batch: GateBatch, { candidate, stable }: GateQuestion): PairCounts | null {
  return batch.pairs.find((pairs) => pairs.version === candidate && pairs.against === stable) ?? null;
}
