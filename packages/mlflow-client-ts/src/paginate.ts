import { MlflowError } from './errors.ts';

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextPageToken: string | undefined;
}

/** All items of all pages, each page asked for when the one before is used up. */
export async function* paginate<T>(
  what: string,
  fetchPage: (pageToken: string | undefined) => Promise<Page<T>>,
): AsyncGenerator<T, void, undefined> {
  let token: string | undefined;
  for (;;) {
    const page: Page<T> = await fetchPage(token);
    yield* page.items;
    if (page.nextPageToken === undefined) return;
    // MLflow 3 had an endpoint whose token led back to itself; without this check the loop would never end.
    if (page.nextPageToken === token) {
      throw new MlflowError(`MLflow's pages of ${what} do not advance: the same page token came twice`, {
        errorCode: 'INVALID_RESPONSE',
      });
    }
    token = page.nextPageToken;
  }
}

/** The items of an async iterable as an array, at most `limit` of them. */
export async function collect<T>(items: AsyncIterable<T>, limit = Number.POSITIVE_INFINITY): Promise<T[]> {
  const all: T[] = [];
  if (limit <= 0) return all;
  for await (const item of items) {
    all.push(item);
    if (all.length >= limit) break;
  }
  return all;
}
