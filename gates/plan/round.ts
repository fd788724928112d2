/** Shares and ratios as people set them. */
const NICE = [1, 1.5, 2, 3, 4, 5, 6, 8, 10] as const;

/** Round numbers above `from` and up to `to`, in order. */
export function niceNumbers(from: number, to: number): number[] {
  const numbers: number[] = [];
  for (let unit = 1e-6; unit <= to; unit *= 10)
    for (const step of NICE.slice(0, -1)) numbers.push(Number((step * unit).toPrecision(2)));
  return numbers.filter((x) => x > from && x <= to);
}

const UNITS = [
  { unit: 'd', ms: 86_400_000, from: 2 * 86_400_000 },
  { unit: 'h', ms: 3_600_000, from: 2 * 3_600_000 },
  { unit: 'm', ms: 60_000, from: 60_000 },
  { unit: 's', ms: 1_000, from: 0 },
] as const;

/** The next longer length of time that a specification has in whole units: `9h`. */
export function niceDuration(milliseconds: number): string {
  const { unit, ms } = UNITS.find(({ from }) => milliseconds >= from) ?? UNITS[3];
  return `${Math.floor(milliseconds / ms) + 1}${unit}`;
}

/** A count in two digits, rounded down: `1,100` becomes the setting 1100. */
export function niceCount(count: number): number {
  if (count < 100) return Math.floor(count);
  const unit = Number(`1e${String(Math.floor(count)).length - 2}`);
  return Math.floor(count / unit) * unit;
}

/** `12,345`. */
export function showCount(count: number): string {
  return String(Math.floor(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `20 %`, in at most three digits. */
export function showShare(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
