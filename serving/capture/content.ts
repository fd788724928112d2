import type { CaptureSettings } from '../../domain/serving-contract.ts';
import type { Body, Observation } from './observation.ts';
import { redact } from './redact.ts';

/** What a request asked and what it was answered, as JSON values with the redacted fields blanked; `undefined`: not known. */
export interface Content {
  readonly request: unknown;
  readonly answer: unknown;
}

export function contentOf(
  { request, response, status }: Observation,
  settings: Pick<CaptureSettings, 'redact'>,
): Content {
  // A refusal may quote the very input that has to be blanked.
  const hides = status >= 400 && settings.redact.length > 0;
  return { request: redacted(request, settings.redact), answer: hides ? undefined : parse(response) };
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
