/** Codes that this client gives where MLflow itself gave none. */
export type ClientErrorCode =
  /** No answer: the connection was refused, lost, or broke off inside the answer. */
  | 'CONNECTION_FAILED'
  /** No complete answer within `timeoutMs`. */
  | 'TIMEOUT'
  /** An answer that is not MLflow's: HTML, broken JSON, a field missing or of another type. */
  | 'INVALID_RESPONSE'
  /** Refused before anything was sent: an option, a variable or an argument is wrong. */
  | 'INVALID_ARGUMENT'
  /** Refused before anything was sent: MLflow knows it, this client does not. */
  | 'UNSUPPORTED';

/** Codes of MLflow that callers tell apart most; every other string that a server sends passes through too. */
export type MlflowErrorCode =
  | ClientErrorCode
  | 'RESOURCE_DOES_NOT_EXIST'
  | 'RESOURCE_ALREADY_EXISTS'
  | 'INVALID_PARAMETER_VALUE'
  | 'ENDPOINT_NOT_FOUND'
  | 'PERMISSION_DENIED'
  | 'UNAUTHENTICATED'
  | 'REQUEST_LIMIT_EXCEEDED'
  | 'RESOURCE_CONFLICT'
  | 'TEMPORARILY_UNAVAILABLE'
  | 'INTERNAL_ERROR'
  | (string & {});

export interface MlflowErrorDetails {
  readonly errorCode: MlflowErrorCode;
  readonly status?: number | undefined;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly attempts?: number | undefined;
  readonly transient?: boolean | undefined;
  readonly outcomeUnknown?: boolean | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** Everything that this client throws, save an abort: that rejects with the signal's own reason, as `fetch` does. */
export class MlflowError extends Error {
  override readonly name = 'MlflowError';
  /** MLflow's `error_code`, or one of `ClientErrorCode` where MLflow gave none. */
  readonly errorCode: MlflowErrorCode;
  /** HTTP status; undefined where there was no answer. */
  readonly status: number | undefined;
  readonly method: string | undefined;
  /** Path of the request, without host and query, so that no secret gets into a log. */
  readonly path: string | undefined;
  /** How often the request was tried. */
  readonly attempts: number;
  /** True where the same call may well succeed later: no answer, 408, 429, 500, 502, 503, 504. */
  readonly transient: boolean;
  /** True where a write may have taken effect although nothing confirmed it: look before you repeat it. */
  readonly outcomeUnknown: boolean;
  /** What the server asked for in `Retry-After`, milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, details: MlflowErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.errorCode = details.errorCode;
    this.status = details.status;
    this.method = details.method;
    this.path = details.path;
    this.attempts = details.attempts ?? 0;
    this.transient = details.transient ?? false;
    this.outcomeUnknown = details.outcomeUnknown ?? false;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** Whether `error` is an `MlflowError`, and of this code where one is given. */
export function isMlflowError(error: unknown, errorCode?: MlflowErrorCode): error is MlflowError {
  return error instanceof MlflowError && (errorCode === undefined || error.errorCode === errorCode);
}

export function invalidArgument(message: string): MlflowError {
  return new MlflowError(message, { errorCode: 'INVALID_ARGUMENT' });
}

export function unsupported(message: string): MlflowError {
  return new MlflowError(message, { errorCode: 'UNSUPPORTED' });
}
