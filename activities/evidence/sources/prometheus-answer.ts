import type { Sample, Series } from './counter-series.ts';

/** What an answer of `/api/v1/query` says; a fault that is final comes again with the same question. */
export type MatrixAnswer =
  { readonly series: readonly Series[] } | { readonly fault: string; readonly isFinal: boolean };

interface Answer {
  readonly status?: string;
  readonly error?: string;
  readonly warnings?: readonly string[];
  readonly data?: { readonly resultType?: string; readonly result?: readonly Result[] };
}

interface Result {
  readonly metric?: Readonly<Record<string, string>>;
  readonly values?: readonly (readonly [seconds: number, value: string])[];
  readonly histograms?: readonly unknown[];
}

/** Too much asked for at once, or the server's own limits: a later try may pass. */
const PASSING = new Set([408, 422, 429]);

export function readMatrix(status: number, text: string): MatrixAnswer {
  const answer = parse(text);
  if (answer === null) return { fault: `answers ${status} with ${excerpt(text)}`, isFinal: isFinal(status) };
  const { warnings = [], data } = answer;
  if (status !== 200 || answer.status !== 'success')
    return { fault: `answers ${status}: ${answer.error ?? excerpt(text)}`, isFinal: isFinal(status) };
  // A part of the samples would pass for all of them.
  if (warnings.length > 0) return { fault: `answers only in part: ${warnings.join('; ')}`, isFinal: false };
  if (data?.resultType !== 'matrix' || !Array.isArray(data.result))
    return { fault: `answers with a ${data?.resultType ?? 'thing'} where samples were asked for`, isFinal: true };
  const results = data.result as readonly Result[];
  if (results.some(({ histograms }) => histograms !== undefined))
    return { fault: 'has a native histogram there; name the _bucket counters of a classic one', isFinal: true };
  return { series: results.map(({ metric = {}, values = [] }) => ({ labels: metric, samples: samplesOf(values) })) };
}

function samplesOf(values: NonNullable<Result['values']>): Sample[] {
  return values
    .map(([seconds, value]): Sample => [Math.round(seconds * 1000), Number(value)])
    .filter(([, value]) => Number.isFinite(value));
}

function isFinal(status: number): boolean {
  return status >= 400 && status < 500 && !PASSING.has(status);
}

function parse(text: string): Answer | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : null;
  } catch {
    return null;
  }
}

function excerpt(text: string): string {
  return text.trim() === '' ? 'nothing' : `'${text.trim().slice(0, 200)}'`;
}
