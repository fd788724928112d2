import { parseLines } from './line.ts';
import { servingOf } from '../serving.ts';
import type { LogSource } from './sources.ts';
import type { Place } from '../rollouts/place.ts';

/** The most that a serving host gives at once. */
const LINES = 10_000;

/** What a serving host elsewhere has to say of an endpoint. */
export interface RemoteLogs {
  readonly sources: readonly LogSource[];
  /** The fields that its prediction log blanks. */
  readonly redacted: readonly string[];
}

/** The model servers' logs of a serving host elsewhere: what is there now, and nothing later. @throws Failure */
export async function remoteLogs({ target, endpoint }: Place): Promise<RemoteLogs> {
  const serving = await servingOf(target);
  const { settings, versions } = await serving.endpoint(endpoint);
  const sources = versions.map(({ key, startedAt }): LogSource => {
    const origin = { part: 'model', endpoint, version: key } as const;
    let isRead = false;
    return {
      origin,
      read: async () => {
        if (isRead) return [];
        isRead = true;
        const text = await serving.logs(endpoint, key, LINES);
        return parseLines(text.split('\n'), origin, startedAt ?? new Date().toISOString());
      },
    };
  });
  return { sources, redacted: settings.capture.redact };
}
