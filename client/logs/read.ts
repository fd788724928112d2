import { createMask } from './mask.ts';
import { createSelection } from './concerns.ts';
import { LEVELS, type Level } from './text-line.ts';
import type { LogLine, LogPart } from './line.ts';
import type { LogSource } from './sources.ts';
import type { Topic } from './topic.ts';

export interface LogQuery extends Topic {
  readonly part?: LogPart;
  /** ISO 8601: from then on. */
  readonly since?: string;
  /** This and worse. */
  readonly level?: Level;
}

/** What is kept out of what is shown. */
export interface LogSecrets {
  readonly redacted: readonly string[];
  readonly known: readonly string[];
}

/** Asked again and again, it gives the lines that are new since, in the order of their time. */
export function createReading(
  sources: readonly LogSource[],
  { part, since, level = 'debug', ...topic }: LogQuery,
  { redacted, known }: LogSecrets,
): () => Promise<LogLine[]> {
  const select = createSelection(topic);
  const mask = createMask(redacted, known);
  const worst = LEVELS.indexOf(level);
  return async () => {
    const lines = (await Promise.all(sources.map((source) => source.read()))).flat();
    // Stable: lines of one moment stay in the order of their log.
    const inOrder = lines.toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time));
    return select(inOrder)
      .filter((line) => part === undefined || line.part === part)
      .filter((line) => since === undefined || line.time >= since)
      .filter((line) => LEVELS.indexOf(line.level) >= worst)
      .map(mask);
  };
}
