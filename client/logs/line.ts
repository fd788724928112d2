import { clockOf, levelOf, type Level } from './text-line.ts';

/** Who writes logs: the processes of the local stack, and what the serving host starts. */
export const LOG_PARTS = ['worker', 'serving', 'capture', 'envoy', 'model', 'temporal', 'postgres', 'mlflow'] as const;
export type LogPart = (typeof LOG_PARTS)[number];

/** Who wrote a line; `endpoint` and `version` are of a model server, `null` elsewhere. */
export interface LogOrigin {
  readonly part: LogPart;
  readonly endpoint: string | null;
  /** The full key. */
  readonly version: string | null;
}

export interface LogLine extends LogOrigin {
  /** ISO 8601. */
  readonly time: string;
  readonly level: Level;
  readonly text: string;
  /** What a structured line says besides; empty for plain text. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Says nothing to a reader, and the SDK adds it to each line of an activity. */
const NOISE: ReadonlySet<string> = new Set(['taskToken']);

/**
 * The lines of one log in its order.
 *
 * Model servers print what they like: a line without a time of its own has that of the line before it.
 *
 * @param fallback ISO 8601: of lines before the first that has a time
 */
export function parseLines(raw: readonly string[], origin: LogOrigin, fallback: string): LogLine[] {
  let before: Pick<LogLine, 'time' | 'level'> = { time: fallback, level: 'info' };
  return raw
    .filter((text) => text.trim() !== '')
    .map((text) => {
      const line = structured(text, origin) ?? plain(text, origin, before);
      before = line;
      return line;
    });
}

function plain(text: string, origin: LogOrigin, before: Pick<LogLine, 'time' | 'level'>): LogLine {
  const time = clockOf(text) ?? before.time;
  return { ...origin, time, level: levelOf(text, before.level), text, fields: {} };
}

/** As the worker (`at`, `message`), the serving host and capture (`time`, `event`) write. */
function structured(text: string, origin: LogOrigin): LogLine | null {
  const read = text.startsWith('{') ? readObject(text) : null;
  if (read === null) return null;
  const { at, time = at, level, message, event = message, ...rest } = read;
  if (typeof time !== 'string' || typeof event !== 'string' || Number.isNaN(Date.parse(time))) return null;
  const fields = Object.fromEntries(Object.entries(rest).filter(([name]) => !NOISE.has(name)));
  const endpoint = typeof fields['endpoint'] === 'string' ? fields['endpoint'] : origin.endpoint;
  const version = typeof fields['key'] === 'string' ? fields['key'] : origin.version;
  return {
    ...origin,
    endpoint,
    version,
    time,
    level: levelOf(String(level).toUpperCase(), 'info'),
    text: event,
    fields,
  };
}

function readObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return null;
  }
}
