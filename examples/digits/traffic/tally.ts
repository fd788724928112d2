/** What became of the requests, by the version that answered. */
export interface TrafficStats {
  readonly seconds: number;
  readonly sent: number;
  readonly answered: number;
  /** Every request without a 2xx answer. */
  readonly failed: number;
  readonly failures: Readonly<Record<string, number>>;
  /** Ticks left out because too many requests were open. */
  readonly skipped: number;
  readonly versions: Readonly<Record<string, VersionTally>>;
  /** Of the last requests, in milliseconds. */
  readonly latencyMs: { readonly p50: number | null; readonly p95: number | null; readonly p99: number | null };
  readonly labels: { readonly sent: number; readonly waiting: number; readonly lost: number };
}

export interface VersionTally {
  readonly answered: number;
  /** Answers that are the true label. */
  readonly right: number;
}

/** Latencies that are remembered. */
const REMEMBERED = 4_096;

/** Counts; memory does not grow with the traffic. */
export class Tally {
  sent = 0;
  skipped = 0;
  readonly #began = performance.now();
  readonly #failures = new Map<string, number>();
  readonly #versions = new Map<string, { answered: number; right: number }>();
  readonly #latencies = new Float64Array(REMEMBERED);
  #answered = 0;

  answer(version: string, right: boolean, ms: number): void {
    this.#latencies[this.#answered % REMEMBERED] = ms;
    this.#answered += 1;
    const counts = this.#versions.get(version) ?? { answered: 0, right: 0 };
    counts.answered += 1;
    if (right) counts.right += 1;
    this.#versions.set(version, counts);
  }

  failure(kind: string): void {
    this.#failures.set(kind, (this.#failures.get(kind) ?? 0) + 1);
  }

  stats(labels: TrafficStats['labels']): TrafficStats {
    return {
      seconds: (performance.now() - this.#began) / 1_000,
      sent: this.sent,
      answered: this.#answered,
      failed: [...this.#failures.values()].reduce((sum, count) => sum + count, 0),
      failures: Object.fromEntries(this.#failures),
      skipped: this.skipped,
      versions: Object.fromEntries([...this.#versions].map(([version, counts]) => [version, { ...counts }])),
      latencyMs: this.#quantiles(),
      labels,
    };
  }

  #quantiles(): TrafficStats['latencyMs'] {
    const sorted = this.#latencies.slice(0, Math.min(this.#answered, REMEMBERED)).sort();
    const at = (share: number) => sorted[Math.floor(share * sorted.length)] ?? null;
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
  }
}
