import { incompleteBeta } from './incomplete-beta.ts';

/** P(T ≤ t) for Student's distribution, by the incomplete beta function (DLMF 8.17). */
export function studentCdf(t: number, degrees: number): number {
  const half = incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2;
  return t > 0 ? 1 - half : half;
}
