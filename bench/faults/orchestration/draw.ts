import type { Random } from '../../gates/sim/random.ts';

/** One of them, each as likely as the others. */
export function pick<T>(random: Random, of: readonly T[]): T {
  return of[Math.floor(random.uniform() * of.length)] as T;
}

/** All of them in an order that the generator decides (Fisher–Yates). */
export function shuffled<T>(random: Random, of: readonly T[]): T[] {
  const all = [...of];
  for (let left = all.length - 1; left > 0; left -= 1) {
    const other = Math.floor(random.uniform() * (left + 1));
    [all[left], all[other]] = [all[other] as T, all[left] as T];
  }
  return all;
}

/** In pieces of at most so many. */
export function chunks<T>(of: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(of.length / size) }, (_, at) => of.slice(at * size, (at + 1) * size));
}
