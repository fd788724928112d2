import type { Arms } from '../kinds/arms.ts';
import type { Histogram } from '../histogram.ts';
import type { CoverageMemory } from './coverage.ts';
import type { DriftMemory } from './drift.ts';
import type { LeakMemory } from './leak.ts';
import type { LossMetric, LossTotals } from '../kinds/label-losses.ts';
import type { ResourceMemory } from './resources.ts';
import type { ResourceMetric } from '../kinds/resource.ts';

/** What metrics that few rollouts ask for remember besides their tracks; empty for the others. */
export interface Memory {
  /** Requests that ran into the time limit, once there were any. */
  readonly timeouts?: Arms<number>;
  readonly losses?: Readonly<Partial<Record<LossMetric, Arms<LossTotals>>>>;
  readonly resources?: Readonly<Partial<Record<ResourceMetric, ResourceMemory>>>;
  readonly firstToken?: Arms<Histogram>;
  readonly leak?: LeakMemory;
  readonly coverage?: CoverageMemory;
  readonly drift?: DriftMemory;
}

export const NO_MEMORY: Memory = {};
