/**
 * What is asked for at most so often, however many ask; those that ask at once share one answer.
 *
 * While asking fails the last good answer stands, and before there is one `none`: a fault in reading is no news of what is read.
 */
export function remembered<T>(freshMs: number, none: T, ask: () => Promise<T>): () => Promise<T> {
  let at = -Infinity;
  let good = none;
  let known: Promise<T> | null = null;
  return () => {
    if (known === null || performance.now() - at > freshMs) {
      at = performance.now();
      known = ask().then(
        (answer) => (good = answer),
        () => good,
      );
    }
    return known;
  };
}
