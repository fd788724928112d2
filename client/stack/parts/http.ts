/** Asks once; throws when nothing answers in time or the answer is a server's fault. */
export async function ask(url: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(5_000), ...init });
  } catch (error) {
    throw new Error(`${url} does not answer (${causeOf(error)})`, { cause: error });
  }
  if (response.status >= 500) throw new Error(`${url} answers ${response.status}`);
  return response;
}

/** `fetch failed` says nothing; its cause does. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error
    ? cause.message || ((cause as NodeJS.ErrnoException).code ?? error.message)
    : error.message;
}
