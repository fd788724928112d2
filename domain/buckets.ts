import type { Arm } from './route.ts';

/**
 * Which part of the users each arm has: runs of buckets in the order of the hash, each of so many parts per 10,000. An arm
 * may have several. A user's hash picks a bucket, so users move exactly when their bucket does.
 */
export type Buckets = readonly Arm[];

/** One run for each arm with any weight, in order: what a route without a table of its own does. */
export function inOrder(arms: readonly Arm[]): Buckets {
  return arms.filter(({ weight }) => weight > 0);
}

/**
 * Buckets for new weights, in which as few users as can be change their arm: an arm that grows takes buckets only from arms
 * that shrink, and nobody moves between two arms that keep their weight. Cumulative ranges would move users of all arms
 * behind the one that changed.
 *
 * Two arms in order stay two arms in order.
 */
export function moveBuckets(before: Buckets, arms: readonly Arm[]): Buckets {
  const change = new Map(arms.map(({ version, weight }) => [version, weight]));
  for (const { version, weight } of before) change.set(version, (change.get(version) ?? 0) - weight);
  const after: Arm[] = [];
  for (let at = before.length - 1; at >= 0; at -= 1) {
    const run = before[at];
    if (!run) continue;
    let spare = Math.min(run.weight, Math.max(-(change.get(run.version) ?? 0), 0));
    change.set(run.version, (change.get(run.version) ?? 0) + spare);
    const kept = { ...run, weight: run.weight - spare };
    // To neighbours first, for the table to stay short; to others on the side where they are among the arms.
    const [left, right] = [give(before[at - 1]?.version), give(after[0]?.version)];
    const place = arms.findIndex(({ version }) => version === run.version);
    const [ahead, behind] = [arms.slice(0, Math.max(place, 0)), arms.slice(place + 1)].map((others) =>
      others.map(({ version }) => give(version)),
    );
    after.unshift(...[left, ...(ahead ?? []), kept, ...(behind ?? []), right].filter(({ weight }) => weight > 0));

    function give(version = ''): Arm {
      const wanted = Math.max(change.get(version) ?? 0, 0);
      const weight = Math.min(wanted, spare);
      spare -= weight;
      change.set(version, (change.get(version) ?? 0) - weight);
      return { version, weight };
    }
  }
  return joined(after);
}

/** With neighbours of one arm made one. */
function joined(runs: readonly Arm[]): Buckets {
  return runs.reduce<Arm[]>((all, run) => {
    const last = all.at(-1);
    if (last?.version !== run.version) return [...all, run];
    return [...all.slice(0, -1), { ...last, weight: last.weight + run.weight }];
  }, []);
}
