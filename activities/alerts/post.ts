import type { AlertPorts } from './message.ts';

const LIMIT_MS = 10_000;

/** As much of an answer as is shown. */
const SHOWN = 200;

/**
 * Posts JSON and returns what came back, in words: `HTTP 202`.
 *
 * @throws Error with the status and the beginning of the answer unless it is a 2xx; redirects are refused
 */
export async function postJson(
  { fetch }: Pick<AlertPorts, 'fetch'>,
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    signal: AbortSignal.timeout(LIMIT_MS),
    redirect: 'error',
  }).catch((error: unknown) => {
    throw new Error(wordsOf(error));
  });
  const text = (await answer.text().catch(() => '')).trim().slice(0, SHOWN);
  if (!answer.ok) throw new Error(`HTTP ${answer.status}${text && `: ${text}`}`);
  return `HTTP ${answer.status}`;
}

/** `fetch` itself says only that it failed. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message ? error.cause.message : error.message;
}
