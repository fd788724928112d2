import gammaln from '@stdlib/math-base-special-gammaln';

/** The share that is not exceeded, with confidence 95 %, where `k` of `n` were seen (one-sided, Clopper, Pearson 1934). */
export function upperBound(k: number, n: number, alpha = 0.05): number {
  if (k >= n) return 1;
  let [low, high] = [k / n, 1];
  for (let i = 0; i < 50; i += 1) {
    const p = (low + high) / 2;
    if (atMost(k, n, p) > alpha) low = p;
    else high = p;
  }
  return high;
}

/** Chance that a binomial count is at most `k`. */
function atMost(k: number, n: number, p: number): number {
  const lnFactorials = gammaln(n + 1);
  let sum = 0;
  for (let i = 0; i <= k; i += 1)
    sum += Math.exp(lnFactorials - gammaln(i + 1) - gammaln(n - i + 1) + i * Math.log(p) + (n - i) * Math.log1p(-p));
  return sum;
}
