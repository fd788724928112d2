/** Samples of one counter as they were scraped, in order of time. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly Sample[];
}

/** Milliseconds since 1970, and the counter's value then. */
export type Sample = readonly [at: number, value: number];

/** The counters of one scraped process over an interval, and the time before it in which the last scrape may lie. */
export interface Target {
  readonly scrapes: readonly number[];
  /** Scrapes before which its process was restarted, and all of its counters with it. */
  readonly resets: ReadonlySet<number>;
}

export function targetOf(series: readonly Series[]): Target {
  const scrapes = new Set<number>();
  const resets = new Set<number>();
  for (const { samples } of series)
    samples.forEach(([at, value], i) => {
      scrapes.add(at);
      // A counter only ever falls when it begins anew. One that was small may not show it; others of its process do.
      if (value < (samples[i - 1]?.[1] ?? -Infinity)) resets.add(at);
    });
  return { scrapes: [...scrapes].sort((a, b) => a - b), resets };
}

/**
 * By how much a counter grew between the last scrape until `opened` and the last one until `sealed`.
 *
 * Nothing is extrapolated to the interval's ends, as `increase()` does: intervals that follow each other add up to exactly
 * what was counted. A counter that appears while its process was scraped before began at zero; with its process, nobody
 * knows when it began.
 */
export function growth({ samples }: Series, { scrapes, resets }: Target, opened: number, sealed: number): number {
  const [first = Infinity] = samples[0] ?? [];
  const isNewcomer = (scrapes[0] ?? Infinity) < first;
  let before: number | null = isNewcomer ? 0 : null;
  let sum = 0;
  for (const [at, value] of samples) {
    if (at > sealed) break;
    if (at > opened && before !== null) sum += resets.has(at) ? value : value - before;
    before = value;
  }
  return sum;
}
