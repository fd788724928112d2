import type { ArmCounts, UserSums } from '../../domain/gate-batch.ts';
import type { Ending } from './ending.ts';
import type { EndpointBins } from './features/endpoint-bins.ts';
import type { Asked } from './features/fields.ts';
import { createFeatureTally } from './features/endpoint-bins.ts';
import { createSketch } from './latency-sketch.ts';
import type { Observation } from './observation.ts';
import { createGenerationTally } from './streams/generation-tally.ts';

/** One arm's counts while its batch is open. */
export interface ArmTally {
  readonly n: number;
  /** Without `asked` the request is counted, and its features are not. */
  add(observation: Observation, ending: Exclude<Ending, 'uncounted'>, asked?: Asked | null): void;
  build(version: string): ArmCounts;
}

/** Users that one arm keeps apart in one batch; of those beyond, each request is taken for a user of its own. */
const USER_LIMIT = 50_000;

export function createArmTally(isSticky: boolean, bins: EndpointBins | null = null): ArmTally {
  const counts = { n: 0, errors: 0, timeouts: 0, rejected: 0 };
  const latency = createSketch();
  const users = isSticky ? createUserTally() : null;
  const features = bins && createFeatureTally(bins);
  const generation = createGenerationTally();
  return {
    get n() {
      return counts.n;
    },
    add({ latencyMs, unit, generation: generated }, ending, asked = null) {
      const isError = ending === 'error' || ending === 'timeout';
      counts.n += 1;
      if (isError) counts.errors += 1;
      if (ending === 'timeout') counts.timeouts += 1;
      if (ending === 'rejected') counts.rejected += 1;
      latency.add(latencyMs);
      if (ending === 'ok') generation.add(generated);
      users?.add(unit, isError);
      if (asked) features?.add(asked);
    },
    build: (version) => ({
      version,
      ...counts,
      latency: latency.build(),
      users: users?.build() ?? null,
      ...generation.build(),
      ...features?.build(counts.n),
    }),
  };
}

interface UserTally {
  add(unit: string | null, isBad: boolean): void;
  build(): UserSums;
}

function createUserTally(): UserTally {
  const known = new Map<string, { requests: number; bad: number }>();
  const single = { requests: 0, bad: 0 };
  return {
    add(unit, isBad) {
      const user = unit === null ? undefined : known.get(unit);
      // A request that names nobody sticks to nothing: it is independent of every other.
      if (unit === null || (user === undefined && known.size >= USER_LIMIT)) {
        single.requests += 1;
        if (isBad) single.bad += 1;
      } else if (user === undefined) known.set(unit, { requests: 1, bad: isBad ? 1 : 0 });
      else {
        user.requests += 1;
        if (isBad) user.bad += 1;
      }
    },
    build() {
      const sums = {
        users: known.size + single.requests,
        requestsSquared: single.requests,
        badSquared: single.bad,
        requestsTimesBad: single.bad,
      };
      for (const { requests, bad } of known.values()) {
        sums.requestsSquared += requests * requests;
        sums.badSquared += bad * bad;
        sums.requestsTimesBad += requests * bad;
      }
      return sums;
    },
  };
}
