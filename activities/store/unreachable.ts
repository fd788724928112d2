/**
 * PostgreSQL did not answer, or not now: a fault of the surroundings, worth another try, and never a statement about a
 * model.
 */
export class StoreUnreachable extends Error {
  override readonly name = 'StoreUnreachable';
}

/** Where the store is not set up for this version of Slipway; trying again does not help, the message says what does. */
export class StoreMisconfigured extends Error {
  override readonly name = 'StoreMisconfigured';
}

/** The error itself, or {@link StoreUnreachable} in its place when it comes from the connection and not from the query. */
export function asStoreError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StoreUnreachable) return error;
  const code = codeOf(error);
  const away = code === undefined ? AWAY_MESSAGES.test(error.message) : AWAY_CODES.test(code);
  if (!away) return error;
  const hint = POOLER_REFUSAL.test(error.message)
    ? '; a PgBouncer in between needs it in ignore_startup_parameters'
    : '';
  return new StoreUnreachable(`PostgreSQL does not answer: ${error.message || code}${hint}`, { cause: error });
}

function codeOf(error: Error): string | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/**
 * Codes of sockets and names, then of PostgreSQL: connection (08), login (28), database missing (3D), rolled back for
 * another (40), out of resources (53), lock or statement ran into its time limit, shutting down or starting, a replica
 * after a failover, a disk that fails.
 */
const AWAY_CODES =
  /^(E(CONN|HOST|NET|PIPE|TIMEDOUT|NOTFOUND|AI_AGAIN|NOENT|ACCES|ADDR|PROTO).*|(08|28|3D|40|53).{3}|55P03|57014|57P0[1-5]|25006|25P0[34]|58030)$/;

/** What node-postgres says, without a code, when the connection breaks or a time limit of its own is reached. */
const AWAY_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|connection error and is not queryable|Client was closed|server does not support SSL/i;

const POOLER_REFUSAL = /unsupported startup parameter/i;
