import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * One request for all who ask at once: whoever asks before it is sent shares its answer, so that nobody is given one that is
 * older than the question.
 */
export function sharedAnswer<T>(ask: () => Promise<T>): () => Promise<T> {
  let waiting: Promise<T> | null = null;
  return () =>
    (waiting ??= nextTurn().then(() => {
      waiting = null;
      return ask();
    }));
}
