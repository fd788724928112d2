import type { ArmCounts, GateBatch, PairCounts } from '../domain/gate-batch.ts';
import type { GateQuestion } from '../domain/gate-question.ts';
import type { TwoArms } from './two-arms.ts';

/** The requests that a batch counts for a version; none when it does not name the version. */
export function armOf(batch: GateBatch, version: string | null): ArmCounts {
  const none = { version: version ?? '', n: 0, errors: 0, timeouts: 0, rejected: 0, latency: [], users: null };
  return batch.arms.find((arm) => arm.version === version) ?? none;
}

/** The pairs of candidate and stable in a batch; `null` without a mirror. */
export function pairsOf(batch: GateBatch, { candidate, stable }: GateQuestion): PairCounts | null {
  return batch.pairs.find((pairs) => pairs.version === candidate && pairs.against === stable) ?? null;
}

/** Wrong answers among those whose label arrived during the batch. */
export function labelTable(batch: GateBatch, { candidate, stable }: GateQuestion): TwoArms {
  const [ours, theirs] = [candidate, stable].map((version) => {
    const labels = batch.labels.find((counts) => counts.version === version);
    return { n: labels?.n ?? 0, wrong: labels ? labels.n - labels.correct : 0 };
  });
  return {
    candidateBad: ours?.wrong ?? 0,
    candidate: ours?.n ?? 0,
    stableBad: theirs?.wrong ?? 0,
    stable: theirs?.n ?? 0,
  };
}
