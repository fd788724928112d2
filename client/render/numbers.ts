/** A share as people say it: `0.4 %`. */
export function formatShare(share: number): string {
  return `${significant(share * 100)} %`;
}

export function formatMilliseconds(milliseconds: number): string {
  return `${significant(milliseconds)} ms`;
}

/** A number that has no unit, in three digits. */
export function formatNumber(value: number): string {
  return significant(value);
}

/** `12,345`: the same on every machine, whatever its language. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** Three significant digits, without trailing zeros or exponents. */
function significant(value: number): string {
  if (value === 0) return '0';
  const digits = Math.max(0, Math.min(4, 2 - Math.floor(Math.log10(Math.abs(value)))));
  return String(Number(value.toFixed(digits)));
}

/** `08:31:02`, in the person's own time zone. */
export function formatTime(iso: string): string {
  return new Date(iso).toLocaleTimeString('en-GB');
}

/** `2026-11-24 08:31`, in the person's own time zone. */
export function formatDay(iso: string): string {
  return new Date(iso).toLocaleString('sv-SE').slice(0, 16);
}
