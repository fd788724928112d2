/** Tags and params: MLflow keeps them as lists of `{key, value}`, this client shows them as plain records. */
export type Tags = Readonly<Record<string, string>>;

export interface Pair {
  readonly key: string;
  readonly value: string;
}

export function writePairs(record: Tags | undefined): Pair[] | undefined {
  return record === undefined ? undefined : Object.entries(record).map(([key, value]) => ({ key, value }));
}
