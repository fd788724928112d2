import type { NamedProfile } from '../../../domain/profile.ts';
import type { Content } from '../content.ts';
import type { Observation } from '../observation.ts';
import type { Value } from '../../../domain/bins.ts';
import { isRecord, valueOf, type Fields } from './field-values.ts';
import { inputsOf, outputsOf } from './profiled-fields.ts';
import { predictionsIn } from '../compare.ts';
import { inputRows } from '../rows.ts';
import { fraction } from '../../../domain/fraction.ts';

/** What one request asked and was answered, by feature; `null` where that is not known. */
export interface Asked {
  readonly inputs: Fields | null;
  readonly outputs: Fields | null;
  /** Digest of the profile whose features these are; absent of fields as they came. */
  readonly profile?: string;
}

/** Fields of a request that are looked at: one picture as a list of its pixels must not cost as much as a hundred requests. */
const MOST_FIELDS = 64;

/**
 * The fields of one row of a request. Only one: rows of one request belong together and are no independent observations.
 *
 * Of lists without names the places are the names; they count only where nothing is redacted, for nobody can tell whether
 * one of them should have been.
 */
export function askedOf(
  observation: Observation,
  content: Content,
  redacted: readonly string[],
  known: NamedProfile | null = null,
): Asked {
  const { input, prediction } = rowOf(content, fraction(observation.requestId));
  const { status, version, arm } = observation;
  // What another version answered says nothing of this arm's.
  const isOwnAnswer = status >= 200 && status < 300 && version === arm;
  const outputs = isOwnAnswer && prediction !== undefined ? outputFields(prediction, redacted) : null;
  if (known === null) return { inputs: inputFields(input, redacted), outputs };
  const { digest, profile } = known;
  return { inputs: inputsOf(profile, input), outputs: outputs && outputsOf(profile, outputs), profile: digest };
}

function rowOf({ request, answer }: Content, where: number): { readonly input: unknown; readonly prediction: unknown } {
  const inputs = inputRows(request);
  const predictions = predictionsIn(answer);
  if (inputs === null) return { input: request, prediction: Array.isArray(predictions) ? undefined : predictions };
  const row = Math.floor(where * inputs.length);
  const isRowByRow = Array.isArray(predictions) && predictions.length === inputs.length;
  return { input: inputs[row], prediction: isRowByRow ? (predictions[row] as unknown) : undefined };
}

function inputFields(row: unknown, redacted: readonly string[]): Fields | null {
  if (isRecord(row)) return atLeastOne(named(row, redacted));
  if (redacted.length > 0) return null;
  if (Array.isArray(row)) return row.some((cell) => typeof cell === 'object' && cell !== null) ? null : placed(row);
  // A text of its own is a document, and its bins would be of documents.
  return typeof row === 'number' || typeof row === 'boolean' ? new Map([['value', row]]) : null;
}

/** Of class probabilities the likeliest class and its probability, else what the prediction is made of. */
function outputFields(prediction: unknown, redacted: readonly string[]): Fields {
  if (Array.isArray(prediction)) {
    const cells: readonly unknown[] = prediction;
    if (cells.length === 1) return outputFields(cells[0], redacted);
    if (areProbabilities(cells)) {
      const score = Math.max(...cells);
      return new Map<string, Value>([
        ['class', String(cells.indexOf(score))],
        ['score', score],
      ]);
    }
    return placed(cells);
  }
  if (isRecord(prediction)) return named(prediction, redacted);
  return new Map([['prediction', valueOf(prediction)]]);
}

function atLeastOne(fields: Fields): Fields | null {
  return fields.size > 0 ? fields : null;
}

function areProbabilities(cells: readonly unknown[]): cells is readonly number[] {
  let sum = 0;
  for (const cell of cells) {
    if (typeof cell !== 'number' || cell < 0) return false;
    sum += cell;
  }
  return Math.abs(sum - 1) < 1e-3;
}

function named(record: Readonly<Record<string, unknown>>, redacted: readonly string[]): Fields {
  const fields = new Map<string, Value | null>();
  for (const [name, value] of Object.entries(record)) {
    if (fields.size === MOST_FIELDS) break;
    const isPlain = typeof value !== 'object' || value === null;
    if (isPlain && !redacted.includes(name)) fields.set(name, valueOf(value));
  }
  return fields;
}

function placed(cells: readonly unknown[]): Fields {
  return new Map(cells.slice(0, MOST_FIELDS).map((cell, place) => [String(place), valueOf(cell)]));
}
