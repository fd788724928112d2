import type { Unsent } from '../domain/monitor-run.ts';
import type { Receiver } from '../domain/receivers.ts';
import { orNull } from './or-null.ts';
import { quick } from './proxies.ts';

/** Most alerts that wait for a receiver to come back; older ones are worth less than new ones. */
const MOST_UNSENT = 100;

/** Tells each receiver in order, whatever the others do; what does not get through stays, for the next time. */
export async function sendUnsent(now: { unsent: readonly Unsent[] }, receivers: readonly Receiver[]): Promise<void> {
  const own = (to: Receiver) => now.unsent.filter((waiting) => isSame(waiting.to, to)).slice(-MOST_UNSENT);
  now.unsent = receivers.flatMap(own);
  await Promise.all(
    receivers.map(async (to) => {
      for (const waiting of own(to)) {
        if (!(await isSent(waiting))) return;
        now.unsent = now.unsent.filter((each) => each !== waiting);
      }
    }),
  );
}

async function isSent({ alert, to, at }: Unsent): Promise<boolean> {
  const summary = `tell: ${alert.name} ${alert.status}`;
  const request = { alert, receivers: [to], occasion: at };
  const sent = await orNull(async () => {
    await quick.sendAlert.executeWithOptions({ summary, scheduleToCloseTimeout: '2m' }, [request]);
    return true;
  });
  return sent !== null;
}

/** Receivers are plain data, and a new plan may name the same ones again. */
function isSame(one: Receiver, other: Receiver): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
