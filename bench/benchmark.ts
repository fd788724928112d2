/** What a benchmark measured, what it is held to, and whether that was reached; printed as the last line. */
export interface BenchmarkResult {
  readonly figures: Readonly<Record<string, number>>;
  readonly goals: Readonly<Record<string, number>>;
  readonly met: boolean;
}

/** What a benchmark is asked for; `quick` keeps it under a minute. */
export interface BenchmarkOptions {
  readonly quick: boolean;
  /** Repeats a run that drew its cases at random; a new one where it is absent. */
  readonly seed?: number;
  /** One part of a benchmark that has several. */
  readonly only?: string;
}

/** One benchmark: prints a table for people, returns the figures. */
export type Benchmark = (options: BenchmarkOptions) => Promise<BenchmarkResult>;

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
