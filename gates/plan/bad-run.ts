import type { ArmCounts, GateBatch, LabelCounts } from '../../domain/gate-batch.ts';
import type { Expected } from '../clean-run.ts';
import { CANDIDATE, STABLE } from './questions.ts';
import { binomial } from './random.ts';
import { cleanLabels, steadyUse } from '../clean-run.ts';
import { sketchOf } from './latency-law.ts';

/** What one simulated batch is made of. */
export interface BatchPlan {
  readonly index: number;
  readonly sequence: number;
  /** Milliseconds since the beginning. */
  readonly opened: number;
  readonly sealed: number;
  /** Requests of both versions. */
  readonly candidate: number;
  readonly stable: number;
}

/** A batch of random counts in which each version answers as is expected of it. */
export function simulatedBatch(
  next: () => number,
  { index, sequence, opened, sealed, candidate, stable }: BatchPlan,
  expected: { readonly candidate: Expected; readonly stable: Expected },
): GateBatch {
  const arms = [
    { version: CANDIDATE, n: candidate, own: expected.candidate },
    { version: STABLE, n: stable, own: expected.stable },
  ].filter(({ n }) => n > 0);
  return {
    endpoint: '',
    fence: { epoch: 1, sequence },
    index,
    opened: new Date(opened).toISOString(),
    sealed: new Date(sealed).toISOString(),
    arms: arms.map(({ version, n, own }) => simulatedArm(next, version, n, own)),
    pairs: [],
    labels: arms.map(({ version, n, own }) => simulatedLabels(next, version, n, { ...own, index })),
    lost: 0,
    hash: '',
  };
}

function simulatedArm(
  next: () => number,
  version: string,
  n: number,
  { errors, rejected, latency }: Expected,
): ArmCounts {
  const failed = binomial(next, n, errors);
  const counts = { n, errors: failed, timeouts: 0, rejected: binomial(next, n - failed, rejected), violations: 0 };
  const buckets = Array.from({ length: n }, () => latency(next()));
  return { version, ...counts, latency: sketchOf(buckets), users: null, resources: steadyUse(n) };
}

/** Labels of this batch's predictions: late ones are credited to their moment, so that a delay only shifts them. */
function simulatedLabels(
  next: () => number,
  version: string,
  n: number,
  { labelled, wrong, index }: Expected & { readonly index: number },
): LabelCounts {
  const labels = binomial(next, n, labelled);
  const known = binomial(next, labels, wrong);
  const share = labels > 0 ? known / labels : 0;
  return cleanLabels(version, n, index, { labelled: n > 0 ? labels / n : 0, wrong: share });
}
