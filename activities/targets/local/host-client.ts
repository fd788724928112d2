import { FENCE_HEADER } from '../../../domain/serving-contract.ts';
import { formatFence, type Fence } from '../../../domain/fence.ts';
import type { HostLocation } from './address.ts';
import type { Refusal } from '../../../domain/serving-contract.ts';
import { hostAddress } from './address.ts';
import { StaleFence, TargetRefusal } from '../target.ts';

export interface HostRequest {
  readonly method?: 'GET' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** By what right the change is asked for. */
  readonly fence?: Fence | undefined;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

const TIMEOUT_MS = 10_000;

/**
 * Sends one request to the serving host and returns its JSON answer, `null` for an empty one.
 *
 * @throws StaleFence | TargetRefusal for what the host refuses; `unavailable` when it does not answer
 */
export async function askHost(location: HostLocation, request: HostRequest): Promise<unknown> {
  const { method = 'GET', path, body, fence, timeoutMs = TIMEOUT_MS, signal } = request;
  const { url, token } = await hostAddress(location);
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(fence && { [FENCE_HEADER]: formatFence(fence) }),
      },
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw refusal(text, `${method} ${path} was answered ${response.status}`);
    return text === '' ? null : JSON.parse(text);
  } catch (error) {
    if (error instanceof TargetRefusal || error instanceof StaleFence) throw error;
    signal?.throwIfAborted();
    throw new TargetRefusal(
      'unavailable',
      `the serving host at ${url} does not answer ${method} ${path}: ${reason(error)}`,
    );
  }
}

/** One name in a path. */
export function part(name: string): string {
  return encodeURIComponent(name);
}

function refusal(text: string, otherwise: string): Error {
  const refused = parseRefusal(text);
  if (!refused) return new TargetRefusal('internal', `${otherwise}: ${text.slice(0, 200)}`);
  if (refused.error === 'stale_fence' && refused.current) return new StaleFence(refused.current, refused.message);
  return new TargetRefusal(refused.error, refused.message);
}

/** `null` when something else answers at that address, such as a proxy. */
function parseRefusal(text: string): Refusal | null {
  try {
    const body = JSON.parse(text) as Partial<Refusal> | null;
    return typeof body?.error === 'string' && typeof body.message === 'string' ? (body as Refusal) : null;
  } catch {
    return null;
  }
}

/** `fetch failed` says nothing; its cause does. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? reason(error.cause) : error.message || error.name;
}
