import type { ArmCounts, LatencySketch } from '../../domain/gate-batch.ts';
import { indexToMs } from '../../gates/histogram.ts';

/** Requests of one version in some time. */
export interface Counted {
  readonly version: string;
  readonly n: number;
  readonly errors: number;
  /** 4xx answers. */
  readonly rejected: number;
  /** Milliseconds; `null` without requests. */
  readonly latency: { readonly p50: number; readonly p95: number; readonly p99: number } | null;
}

/** One of the equal parts that the time is cut into. */
export interface Interval {
  /** ISO 8601. */
  readonly from: string;
  readonly versions: readonly Counted[];
}

/** Requests to an endpoint, by version and time. */
export interface TrafficDay {
  readonly since: string;
  readonly until: string;
  readonly intervalMs: number;
  /** Those in which something was asked, oldest first. */
  readonly intervals: readonly Interval[];
  readonly totals: readonly Counted[];
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Of these, the first that cuts the time into few enough parts. */
const LENGTHS = [10 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 60 * MINUTE];
const MOST_INTERVALS = 96;

/** Adds up sealed batches. */
export class Tally {
  readonly #since: number;
  readonly #until: number;
  readonly #length: number;
  readonly #intervals = new Map<number, Map<string, Sums>>();
  readonly #totals = new Map<string, Sums>();

  constructor(since: string, until: string) {
    [this.#since, this.#until] = [Date.parse(since), Date.parse(until)];
    const span = this.#until - this.#since;
    this.#length = LENGTHS.find((length) => span / length <= MOST_INTERVALS) ?? span / MOST_INTERVALS;
  }

  add(batch: { readonly sealed: string; readonly arms: readonly ArmCounts[] }): void {
    // A batch belongs to where it ended; one that ends with an interval is the last in it.
    const place = Math.floor((Date.parse(batch.sealed) - 1) / this.#length) * this.#length;
    for (const arm of batch.arms) {
      if (arm.n === 0) continue;
      const versions = this.#intervals.get(place) ?? new Map<string, Sums>();
      this.#intervals.set(place, versions);
      for (const sums of [sumsIn(versions, arm.version), sumsIn(this.#totals, arm.version)]) sums.add(arm);
    }
  }

  day(): TrafficDay {
    const intervals = [...this.#intervals].sort(([a], [b]) => a - b);
    return {
      since: new Date(this.#since).toISOString(),
      until: new Date(this.#until).toISOString(),
      intervalMs: this.#length,
      intervals: intervals.map(([from, versions]) => ({
        from: new Date(from).toISOString(),
        versions: counted(versions),
      })),
      totals: counted(this.#totals),
    };
  }
}

class Sums {
  #n = 0;
  #errors = 0;
  #rejected = 0;
  readonly #latency = new Map<number, number>();

  add({ n, errors, rejected, latency }: ArmCounts): void {
    this.#n += n;
    this.#errors += errors;
    this.#rejected += rejected;
    for (const [index, count] of latency) this.#latency.set(index, (this.#latency.get(index) ?? 0) + count);
  }

  counted(version: string): Counted {
    const sketch = [...this.#latency].sort(([a], [b]) => a - b);
    const latency = sketch.length === 0 ? null : quantiles(sketch);
    return { version, n: this.#n, errors: this.#errors, rejected: this.#rejected, latency };
  }
}

function quantiles(sketch: LatencySketch): NonNullable<Counted['latency']> {
  const total = sketch.reduce((sum, [, count]) => sum + count, 0);
  const at = (quantile: number) => {
    let left = Math.ceil(quantile * total);
    return indexToMs(sketch.find(([, count]) => (left -= count) <= 0)?.[0] ?? 0);
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

function sumsIn(versions: Map<string, Sums>, version: string): Sums {
  const known = versions.get(version) ?? new Sums();
  versions.set(version, known);
  return known;
}

function counted(versions: ReadonlyMap<string, Sums>): Counted[] {
  return [...versions].map(([version, sums]) => sums.counted(version)).sort((a, b) => b.n - a.n);
}
