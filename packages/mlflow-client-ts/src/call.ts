import type { UploadBody } from './upload-body.ts';

/** What every method takes last. */
export interface CallOptions {
  /** Ends the call, waits between attempts included; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Longest silence of the server in one attempt, milliseconds; default: the client's. */
  readonly timeoutMs?: number | undefined;
}

export type QueryValue = string | number | boolean | readonly string[] | undefined;

/** One request, and what repeating it would do. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path below the tracking URI. */
  readonly path: string;
  readonly query?: Readonly<Record<string, QueryValue>>;
  readonly json?: unknown;
  readonly body?: UploadBody;
  readonly headers?: Readonly<Record<string, string>>;
  /** True where the answer is plain text and not JSON. */
  readonly plain?: boolean;
  /** Base URL where it is not the tracking URI. */
  readonly base?: string;
  /**
   * `safe`: doing it twice is doing it once, so it is repeated after failures that may pass. `removal`: safe, and once
   * a repetition finds the thing gone, the lost attempt had removed it. `once`: repeated only where the server cannot
   * have seen it (connection refused, name not resolved).
   */
  readonly repeat: 'safe' | 'removal' | 'once';
}

/** MLflow's REST API, below the tracking URI. */
export const API = '/api/2.0/mlflow';

/** The request for an error text. */
export function label(call: Call): string {
  return `${call.method} ${call.path}`;
}

export function queryString(query: Call['query']): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue;
    if (typeof value === 'object') for (const item of value) params.append(name, item);
    else params.append(name, String(value));
  }
  return params.size === 0 ? '' : `?${params.toString()}`;
}
