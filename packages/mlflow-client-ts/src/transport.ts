/** What this client hands to `fetch`; a subset of the standard's RequestInit. */
export interface TransportRequest {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly signal: AbortSignal;
  readonly redirect: 'manual';
  body?: string | ReadableStream<Uint8Array>;
  /** Needed by Node's fetch where the body is a stream. */
  duplex?: 'half';
}

/** The part of the standard `fetch` that this client needs. */
export type Fetch = (url: string, request: TransportRequest) => Promise<Response>;

// Failures before a single byte of the request can have left: safe to repeat even for a create.
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

export interface TransportFailure {
  readonly reason: string;
  /** True where the server cannot have seen the request. */
  readonly neverSent: boolean;
  /** False where no repetition helps: a certificate that is not trusted, a request that fetch itself refuses. */
  readonly transient: boolean;
}

/** What a rejected `fetch` means for the request. */
export function explainFailure(error: unknown): TransportFailure {
  const cause = rootCause(error);
  const code = codeOf(cause);
  const text = cause instanceof Error && cause.message !== '' ? cause.message : String(cause);
  const reason = code === undefined || text.includes(code) ? text : `${code}: ${text}`;
  const certificate = code !== undefined && /CERT|SELF_SIGNED|ALTNAME|UNABLE_TO_|ERR_SSL|ERR_TLS|EPROTO/.test(code);
  // The fetch standard blocks some ports, 6000 among them, and says no more than this.
  const blocked = text === 'bad port';
  const refusedByFetch = error instanceof TypeError && error.cause === undefined && error.message !== 'terminated';
  return {
    reason: blocked ? 'the fetch standard blocks this port; let MLflow listen on another' : reason,
    neverSent: blocked || (code !== undefined && NEVER_SENT.has(code)),
    transient: !certificate && !refusedByFetch && !blocked,
  };
}

function rootCause(error: unknown): unknown {
  let cause = error;
  while (cause instanceof Error && cause.cause !== undefined) cause = cause.cause;
  return cause;
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
