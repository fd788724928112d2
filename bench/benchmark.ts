/** What a benchmark measured, what it is held to, and whether that was reached; printed as the last line. */
export interface BenchmarkResult {
  readonly figures: Readonly<Record<string, number>>;
  readonly goals: Readonly<Record<string, number>>;
  readonly met: boolean;
}

/** One benchmark: prints a table for people, returns the figures. `quick` keeps it under a minute. */
export type Benchmark = (options: { quick: boolean }) => Promise<BenchmarkResult>;

/** Judges figures by goals of the same name; each goal is an upper limit. */
export function judged(figures: Record<string, number>, goals: Record<string, number>): BenchmarkResult {
  const met = Object.entries(goals).every(([name, limit]) => (figures[name] ?? Infinity) <= limit);
  return { figures, goals, met };
}

/** The value below which the share `p` of the values lies (nearest rank); `NaN` of none. */
export function quantile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? NaN;
}
