import type { Value } from '../../domain/bins.ts';
import type { FeatureProfile, Profile } from '../../domain/profile.ts';
import { countInto, mostTelling, noCounts, profileBins, PROFILE_SAMPLE } from '../../domain/profile.ts';
import type { DataSet } from './data-set.ts';
import type { Prediction } from './prediction.ts';

const BATCH_ROWS = 1_000;

/**
 * What is normal of a version's inputs and answers, from the validation set and what the version answered to it.
 *
 * Two passes over the rows in batches: one fixes the bins from an even sample, the other counts all; so memory is bounded by
 * the sample, however long the set is.
 */
export async function profileOf(
  data: Pick<DataSet, 'source' | 'sha256' | 'rows' | 'features' | 'decimals' | 'batches'>,
  predictions: readonly (Prediction | null)[],
): Promise<Profile> {
  const { source, sha256, rows, features, decimals } = data;
  const columns = features.map((name) => createColumn(rows, decimals.has(name)));
  await eachRow(data, (row) => columns.forEach((column, place) => column.look(valueOf(row[place]))));
  columns.forEach((column) => column.fix());
  await eachRow(data, (row) => columns.forEach((column, place) => column.count(valueOf(row[place]))));
  const answers = createColumn(predictions.length);
  predictions.forEach((prediction) => answers.look(prediction));
  answers.fix();
  predictions.forEach((prediction) => answers.count(prediction));
  const inputs = features.map((name, place) => [name, columns[place]?.feature() ?? null] as const);
  return {
    ...{ format: 1, source, sha256, rows, columns: features },
    inputs: mostTelling(found(inputs)),
    outputs: found([['prediction', answers.feature()]]),
  };
}

interface Column {
  /** First pass, and what ends it. */
  look(value: Value | null): void;
  fix(): void;
  /** Second pass. */
  count(value: Value | null): void;
  /** `null` of ids, documents and what is always missing. */
  feature(): FeatureProfile | null;
}

/** @param isDecimal whether numbers that are whole are so by chance */
function createColumn(rows: number, isDecimal = false): Column {
  const every = Math.max(1, Math.ceil(rows / PROFILE_SAMPLE));
  const sample: (Value | null)[] = [];
  let seen = 0;
  let [least, most] = [Infinity, -Infinity];
  let fixed: ReturnType<typeof profileBins> = null;
  let counts: number[] = [];
  const range = (): FeatureProfile['range'] => (least <= most ? [least, most] : null);
  return {
    look(value) {
      if (seen % every === 0) sample.push(value);
      seen += 1;
      if (typeof value !== 'number') return;
      least = Math.min(least, value);
      most = Math.max(most, value);
    },
    fix() {
      fixed = profileBins(sample, range());
      if (isDecimal && fixed?.type === 'whole') fixed = { ...fixed, type: 'number' };
      sample.length = 0;
      counts = fixed ? noCounts(fixed.bins) : [];
    },
    count(value) {
      if (fixed) countInto(counts, fixed.bins, value);
    },
    feature: () => fixed && { ...fixed, counts, range: fixed.bins.kind === 'numbers' ? range() : null },
  };
}

async function eachRow(data: Pick<DataSet, 'batches'>, take: (row: readonly unknown[]) => void): Promise<void> {
  for await (const batch of data.batches(BATCH_ROWS)) batch.data.forEach(take);
}

function valueOf(value: unknown): Value | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

function found(features: readonly (readonly [string, FeatureProfile | null])[]): Record<string, FeatureProfile> {
  return Object.fromEntries(features.flatMap(([name, feature]) => (feature ? [[name, feature] as const] : [])));
}
