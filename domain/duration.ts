const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A length of time as people write it in a specification: `500ms`, `30s`, `15m`, `24h`, `7d`. */
export type Duration = `${number}${keyof typeof UNITS}`;

/** The form that {@link parseDuration} accepts; also the pattern of the published JSON Schema. */
export const DURATION_PATTERN = '^[0-9]+(\\.[0-9]+)?(ms|s|m|h|d)$';

/** Milliseconds of a written duration; throws a `RangeError` that shows the accepted form. */
export function parseDuration(text: string): number {
  const match = /^([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)$/.exec(text);
  if (!match) throw new RangeError(`"${text}" is not a duration; write for example 30s, 15m, 24h`);
  return Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
}

/** The shortest readable form of a length in milliseconds: `1m 30s`, `24h`, `350ms`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)}ms`;
  const seconds = Math.round(milliseconds / 1_000);
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .slice(0, 2)
    .map(([count, unit]) => `${count}${unit}`)
    .join(' ');
}
