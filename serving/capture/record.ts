import type { CaptureSettings } from '../../domain/serving-contract.ts';
import { jsonbText } from './jsonb.ts';
import type { Body, Observation, Role } from './observation.ts';
import { redact } from './redact.ts';
import { rowsOf } from './rows.ts';
import { isSampled } from './sampling.ts';

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
}

/** The log's lines for one prediction: one for each row whose bodies are kept, else one without bodies. */
export function recordsOf(observation: Observation, settings: CaptureSettings): PredictionRow[] {
  const { fence, startedAt, endpoint, requestId, version, arm, role, user, status, latencyMs } = observation;
  const common = { ts: startedAt, endpoint, requestId, version, arm, role, ...fence, userId: user, status, latencyMs };
  if (!isSampled(requestId, settings.sample)) return [{ ...common, row: 0, input: null, prediction: null }];
  const request = redacted(observation.request, settings.redact);
  // A refusal may quote the very input that has to be blanked.
  const answer = status >= 400 && settings.redact.length > 0 ? undefined : parse(observation.response);
  return rowsOf(request, answer).map(({ input, prediction }, row) => ({
    ...common,
    row,
    // A copy's input is that of the request it copies.
    input: role === 'shadow' ? null : jsonbText(input),
    prediction: jsonbText(prediction),
  }));
}

/** A body that is not JSON cannot be blanked field by field, and is left out where anything has to be. */
function redacted(body: Body, fields: readonly string[]): unknown {
  const parsed = parse(body);
  if (fields.length === 0) return parsed;
  return typeof parsed === 'string' ? undefined : redact(parsed, fields);
}

/** JSON as its value, other text as a string. */
function parse({ text }: Body): unknown {
  if (text === null) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
