import { formatDuration } from '../../domain/duration.ts';
import type { Finding } from '../../domain/monitor.ts';
import { armOf } from '../batch-tables.ts';
import type { Detected, MonitoredWindow } from './detector.ts';

/** When something was last heard, and how long it is usually silent at most. */
export interface SilenceMemory {
  /** ISO 8601: the last batch that was sealed, and the last that held a request. */
  readonly sealed: string | null;
  readonly asked: string | null;
  /** Milliseconds; fades over days, so that a holiday is forgotten. */
  readonly longest: number;
}

const NOTHING: SilenceMemory = { sealed: null, asked: null, longest: 0 };
/** An endpoint that sleeps for eight hours at night is silent after twelve. */
const LONGER = 1.5;
const MONTH_MS = 30 * 86_400_000;

/** No requests for longer than is usual; and no evidence at all, which leaves everything else unseen. */
export function detectSilence(before: SilenceMemory = NOTHING, window: MonitoredWindow): Detected<SilenceMemory> {
  const { version, batches, to, plan } = window;
  let { sealed, asked, longest } = before;
  longest *= 1 - Math.min(plan.windowMs / MONTH_MS, 1);
  for (const batch of batches) {
    if (sealed === null || batch.sealed > sealed) sealed = batch.sealed;
    if (armOf(batch, version).n === 0) continue;
    if (asked !== null) longest = Math.max(longest, Date.parse(batch.opened) - Date.parse(asked));
    asked = batch.sealed;
  }
  const state = { sealed, asked, longest: Math.round(longest) };
  const since = (last: string | null) => (last === null ? 0 : Date.parse(to) - Date.parse(last));
  const finding = (subject: string, text: string, value: number, limit: number): Finding => ({
    kind: 'silence',
    subject,
    severity: 'warning',
    summary: `${text} for ${formatDuration(value)}; up to ${formatDuration(limit)} is no finding`,
    value,
    limit,
  });
  const unseen = since(sealed);
  if (unseen > plan.silenceMs)
    return { state, findings: [finding('evidence', 'no evidence was sealed', unseen, plan.silenceMs)] };
  const limit = Math.max(plan.silenceMs, LONGER * before.longest);
  const silent = since(asked);
  return { state, findings: silent > limit ? [finding('requests', 'no request came', silent, limit)] : [] };
}
