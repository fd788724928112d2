import { formatDuration } from '../../domain/duration.ts';
import { html, type Html } from './html.ts';

/** A moment as a page says it: in UTC, since nobody knows where it is read. @param iso ISO 8601 */
export function moment(iso: string): Html {
  return html`<time datetime="${iso}">${utc(iso)}</time>`;
}

/** `2026-11-24 08:31 UTC` */
export function utc(iso: string): string {
  return `${new Date(iso).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** How long ago, in two units at most. */
export function ago(iso: string, now: string): string {
  return `${lasted(iso, now)} ago`;
}

export function lasted(from: string, to: string): string {
  return rounded(Date.parse(to) - Date.parse(from));
}

const DAY_MS = 86_400_000;

/** Seconds are of no interest after an hour, and minutes of none after a day. @param ms a length of time */
export function rounded(ms: number): string {
  const unit = ms >= DAY_MS ? 3_600_000 : ms >= 3_600_000 ? 60_000 : 1_000;
  return formatDuration(Math.max(1_000, Math.floor(ms / unit) * unit));
}

/** `several words` of `several_words`. */
export function spaced(code: string): string {
  return code.replaceAll('_', ' ');
}
