import type { NotifyInput, NotifyResult } from '../domain/notify-test.ts';
import { quick } from './proxies.ts';

/** Tries receivers as alerts really go: from the worker, with its environment. An alert first, then its end. */
export async function notify(input: NotifyInput = {}): Promise<NotifyResult> {
  const tried = (status: 'firing' | 'resolved') =>
    quick.tryReceivers.executeWithOptions({ summary: `a test: ${status}` }, [{ input, status }]);
  return { firing: await tried('firing'), resolved: await tried('resolved') };
}
