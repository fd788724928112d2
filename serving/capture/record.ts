import type { CaptureSettings } from '../../domain/serving-contract.ts';
import { contentOf } from './content.ts';
import { jsonbText } from './jsonb.ts';
import type { Observation, Role } from './observation.ts';
import { rowsOf } from './rows.ts';
import type { Row } from './rows.ts';
import { isSampled } from './sampling.ts';
import { storedUser } from './stored-user.ts';

/** A line of the prediction log. */
export interface PredictionRow {
  /** Milliseconds since 1970: when the request came. */
  readonly ts: number;
  readonly endpoint: string;
  readonly requestId: string;
  readonly row: number;
  /** Who answered; `null` when nobody did. */
  readonly version: string | null;
  readonly arm: string;
  readonly role: Role;
  readonly epoch: number;
  readonly sequence: number;
  readonly userId: string | null;
  readonly status: number;
  readonly latencyMs: number;
  /** JSON text, redacted; `null` where it was not sampled or not captured. */
  readonly input: string | null;
  readonly prediction: string | null;
  /** Set during an A/B test: how long the user's rewards count, from its first request in it. */
  readonly rewardWindowMs?: number;
}

/** The rows of a prediction whose bodies are kept; `null` where the choice fell on another. */
export function keptRows(
  observation: Observation,
  settings: CaptureSettings,
  content = contentOf,
): readonly Row[] | null {
  if (!isSampled(observation.requestId, settings.sample)) return null;
  const { request, answer } = content(observation, settings);
  return rowsOf(request, answer);
}

/** The log's lines for one prediction: one for each row whose bodies are kept, else one without bodies. */
export function recordsOf(
  observation: Observation,
  settings: CaptureSettings,
  rows = keptRows(observation, settings),
): PredictionRow[] {
  const { fence, startedAt, endpoint, requestId, version, arm, role, user, status, latencyMs } = observation;
  const userId = storedUser(user, settings);
  const common = { ts: startedAt, endpoint, requestId, version, arm, role, ...fence, userId, status, latencyMs };
  if (rows === null) return [{ ...common, row: 0, input: null, prediction: null }];
  return rows.map(({ input, prediction }, row) => ({
    ...common,
    row,
    // A copy's input is that of the request it copies.
    input: role === 'shadow' ? null : jsonbText(input),
    prediction: jsonbText(prediction),
  }));
}
