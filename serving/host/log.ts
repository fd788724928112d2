/** Writes one event; `fields` are whatever a reader needs to find the endpoint, version or request again. */
export type Log = (level: 'info' | 'warn' | 'error', event: string, fields?: Readonly<Record<string, unknown>>) => void;

/** JSON lines on standard output. */
export const logToStdout: Log = (level, event, fields) => {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`);
};

/** An error's own sentence, with those of its causes. */
export function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `: ${sentence(error.cause)}`;
  return `${error.message || error.name}${cause}`;
}
