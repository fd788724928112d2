/** What is asked for at most so often, however many ask; those that ask at once share one answer. */
export function remembered<T>(freshMs: number, ask: () => Promise<T>): () => Promise<T> {
  let at = -Infinity;
  let known: Promise<T> | null = null;
  return () => {
    if (known === null || performance.now() - at > freshMs) [at, known] = [performance.now(), ask()];
    return known;
  };
}
