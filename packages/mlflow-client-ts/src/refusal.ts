import { label, type Call, type CallOptions } from './call.ts';
import type { Deadline } from './deadline.ts';
import { MlflowError, type MlflowErrorCode } from './errors.ts';
import { parseJson } from './json.ts';
import { isTransientStatus, retryAfterMs } from './retry.ts';
import { explainFailure } from './transport.ts';

/** Which attempt this is, and whether an earlier one may have reached the server. */
export interface Attempt {
  readonly count: number;
  readonly maybeDone: boolean;
}

// What MLflow's Python client makes of a status whose body holds no error_code (exceptions.py, HTTP_STATUS_TO_ERROR_CODE).
const CODE_OF_STATUS: Readonly<Record<number, MlflowErrorCode>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'ENDPOINT_NOT_FOUND',
  409: 'RESOURCE_CONFLICT',
  429: 'REQUEST_LIMIT_EXCEEDED',
  501: 'NOT_IMPLEMENTED',
  503: 'TEMPORARILY_UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

/** The error of an attempt that got no complete answer; the signal's reason where the caller ended it. */
export function failedAttempt(
  call: Call,
  attempt: Attempt,
  options: CallOptions,
  deadline: Deadline,
  error: unknown,
): unknown {
  if (options.signal?.aborted) return options.signal.reason;
  const { reason, neverSent, transient } = explainFailure(error);
  const outcomeUnknown = call.method !== 'GET' && (attempt.maybeDone || !neverSent);
  return deadline.expired
    ? build(call, attempt, 'no answer in time', { errorCode: 'TIMEOUT', transient: true, outcomeUnknown })
    : build(call, attempt, reason, { errorCode: 'CONNECTION_FAILED', transient, outcomeUnknown, cause: error });
}

/** The error that this answer stands for, or undefined where it is a good one. */
export function refusal(call: Call, attempt: Attempt, response: Response, text: string): MlflowError | undefined {
  const { status } = response;
  if (status >= 200 && status < 300) return brokenAnswer(call, attempt, response, text);
  if (status >= 300 && status < 400) {
    const target = placeOf(response.headers.get('location'));
    const reason = `redirected to ${target}; set the tracking URI to where MLflow really is`;
    return build(call, attempt, reason, { errorCode: 'INVALID_RESPONSE', status });
  }
  const body = errorBody(text);
  if (call.repeat === 'removal' && attempt.maybeDone && status === 404 && body.code !== undefined) return undefined;
  const transient = isTransientStatus(status);
  return build(call, attempt, body.message ?? (response.statusText || 'no reason given'), {
    errorCode: body.code ?? CODE_OF_STATUS[status] ?? 'INTERNAL_ERROR',
    status,
    transient,
    outcomeUnknown: call.method !== 'GET' && (attempt.maybeDone || (status >= 500 && transient)),
    retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
  });
}

/** Where a redirect leads, without a query or credentials: login pages put secrets there. */
function placeOf(location: string | null): string {
  if (location === null) return 'elsewhere';
  const url = URL.parse(location);
  return url ? `${url.origin}${url.pathname}` : location.replace(/[?#].*$/s, '');
}

/** An answer of 2xx that is not JSON: HTML of a login page or a wrong address, or JSON cut short on its way. */
function brokenAnswer(call: Call, attempt: Attempt, response: Response, text: string): MlflowError | undefined {
  if (call.plain || text.trim() === '') return undefined;
  try {
    parseJson(text);
    return undefined;
  } catch {
    const type = response.headers.get('content-type') ?? 'no content type';
    const isJson = type.includes('json');
    const reason = isJson
      ? `the answer breaks off or is no JSON (${text.length} characters)`
      : `answered ${type} instead of JSON; is the tracking URI MLflow's, and is no login page before it?`;
    return build(call, attempt, reason, {
      errorCode: 'INVALID_RESPONSE',
      status: response.status,
      transient: isJson,
      outcomeUnknown: call.method !== 'GET',
    });
  }
}

/** MLflow writes `{error_code, message}`; its FastAPI routes `{detail}`; what stands before it, anything. */
function errorBody(text: string): { code: string | undefined; message: string | undefined } {
  try {
    const body = parseJson(text) as { error_code?: unknown; message?: unknown; detail?: unknown } | null;
    const message = body?.message ?? body?.detail;
    return {
      code: typeof body?.error_code === 'string' ? body.error_code : undefined,
      message: typeof message === 'string' ? message : message === undefined ? undefined : JSON.stringify(message),
    };
  } catch {
    const plain = text
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();
    return { code: undefined, message: plain === '' ? undefined : plain.slice(0, 200) };
  }
}

function build(
  call: Call,
  attempt: Attempt,
  reason: string,
  details: ConstructorParameters<typeof MlflowError>[1],
): MlflowError {
  const status = details.status === undefined ? '' : ` (${details.status})`;
  const tries = attempt.count > 1 ? `, after ${attempt.count} attempts` : '';
  return new MlflowError(`MLflow ${label(call)}: ${details.errorCode}${status}: ${reason}${tries}`, {
    ...details,
    method: call.method,
    path: call.path,
    attempts: attempt.count,
  });
}
