import { withoutPassword } from '../addresses.ts';

/** Asks once; throws when nothing answers in time or the answer is a server's fault. */
export async function ask(address: string, init: RequestInit = {}): Promise<Response> {
  const { url, authorization } = withCredentials(address);
  let response: Response;
  try {
    response = await fetch(url, {
      signal: AbortSignal.timeout(5_000),
      ...(authorization !== null && { headers: { authorization } }),
      ...init,
    });
  } catch (error) {
    throw new Error(`${url} does not answer (${causeOf(error)})`, { cause: error });
  }
  if (response.status >= 500) throw new Error(`${url} answers ${response.status}`);
  return response;
}

/** `fetch` refuses an address with a password in it, and repeats it in what it says. */
function withCredentials(address: string): { url: string; authorization: string | null } {
  const url = URL.parse(address);
  if (!url) throw new Error(`${withoutPassword(address)} is no address`);
  const { username, password } = url;
  if (username === '' && password === '') return { url: address, authorization: null };
  const [name, secret] = [username, password].map(decodeURIComponent);
  url.username = url.password = '';
  return { url: url.href, authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}` };
}

/** `fetch failed` says nothing; its cause does. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error
    ? cause.message || ((cause as NodeJS.ErrnoException).code ?? error.message)
    : error.message;
}
