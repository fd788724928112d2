import { setTimeout as delay } from 'node:timers/promises';
import type { RouteReading } from '../../domain/serving-contract.ts';
import { Traffic, type TrafficStats } from '../../examples/digits/traffic.ts';
import type { DemoStack } from './stack.ts';
import type { Models } from './train.ts';

/** Requests a second: enough to decide within seconds, and little enough for two cores that also serve three models. */
const RATE = 40;

/** Longest time that the first version may take to serve. */
const SERVED_WITHIN_MS = 180_000;

/** Starts live traffic once the endpoint serves something. */
export async function startTraffic(stack: DemoStack, models: Pick<Models, 'live'>): Promise<Traffic> {
  const { gateway, serving, token } = stack;
  await untilServed(stack);
  return Traffic.start({
    gateway,
    endpoint: 'digits',
    rowsFile: models.live,
    rate: RATE,
    labels: { url: serving, token },
  });
}

/** Live requests that a registry version answered. */
export function answeredBy({ versions }: TrafficStats, version: string): number {
  const own = Object.entries(versions).filter(([key]) => key.startsWith(`v${version}-`));
  return own.reduce((sum, [, { answered }]) => sum + answered, 0);
}

async function untilServed({ serving, token }: DemoStack): Promise<void> {
  const deadline = Date.now() + SERVED_WITHIN_MS;
  for (;;) {
    const answer = await fetch(`${serving}/endpoints/digits/route`, { headers: { authorization: `Bearer ${token}` } });
    const reading = answer.ok ? ((await answer.json()) as RouteReading) : null;
    if (reading?.programmed && reading.programmed.route.arms.length > 0) return;
    if (Date.now() > deadline) throw new Error('the first version does not serve; see above');
    await delay(100);
  }
}
