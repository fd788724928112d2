import type { ArmLine, BatchLine } from '../../../gates/session/protocol.ts';

interface Sums {
  n: number;
  errors: number;
  latencies: number;
  /** Of the logarithm of latencies, and of its square. */
  ln: number;
  lnSquares: number;
  labels: number;
  correct: number;
}

/** Fixed-sample z-scores, positive where the candidate is worse, over all batches so far. */
export class ZScores {
  readonly #stable = empty();
  readonly #candidate = empty();
  #pairs = { stable: 0, candidate: 0, any: false };

  add({ stable, candidate, paired }: BatchLine): void {
    addTo(this.#stable, stable);
    addTo(this.#candidate, candidate);
    if (!paired) return;
    this.#pairs.any = true;
    this.#pairs.stable += paired.stable_only_wrong;
    this.#pairs.candidate += paired.candidate_only_wrong;
  }

  /** Errors, mean log-latency, and, where there are any, wrong labels and discordant pairs; 0 while undefined. */
  scores(): number[] {
    const [s, c] = [this.#stable, this.#candidate];
    const scores = [proportions(c.errors, c.n, s.errors, s.n), means(c, s)];
    if (c.labels + s.labels > 0)
      scores.push(proportions(c.labels - c.correct, c.labels, s.labels - s.correct, s.labels));
    const { stable, candidate, any } = this.#pairs;
    if (any) scores.push((candidate - stable) / Math.sqrt(candidate + stable));
    return scores.map((z) => (Number.isFinite(z) ? z : 0));
  }
}

function empty(): Sums {
  return { n: 0, errors: 0, latencies: 0, ln: 0, lnSquares: 0, labels: 0, correct: 0 };
}

function addTo(sums: Sums, { n, errors, latencies_ms: latencies = [], labels }: ArmLine): void {
  sums.n += n;
  sums.errors += errors;
  sums.latencies += latencies.length;
  for (const x of latencies) {
    const ln = Math.log(x);
    sums.ln += ln;
    sums.lnSquares += ln * ln;
  }
  sums.labels += labels?.n ?? 0;
  sums.correct += labels?.correct ?? 0;
}

function proportions(k1: number, n1: number, k2: number, n2: number): number {
  const p = (k1 + k2) / (n1 + n2);
  return (k1 / n1 - k2 / n2) / Math.sqrt(p * (1 - p) * (1 / n1 + 1 / n2));
}

function means(a: Sums, b: Sums): number {
  const variance = ({ latencies: n, ln, lnSquares }: Sums) => (lnSquares / n - (ln / n) ** 2) / n;
  return (a.ln / a.latencies - b.ln / b.latencies) / Math.sqrt(variance(a) + variance(b));
}
