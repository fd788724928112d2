import { Traffic, type TrafficStats } from '../../examples/digits/traffic.ts';
import type { DemoStack } from './stack.ts';
import type { Models } from './train.ts';

/** Requests a second: enough to decide within seconds, and little enough for two cores that also serve three models. */
const RATE = 40;

export async function startTraffic({ gateway, serving, token }: DemoStack, models: Models): Promise<Traffic> {
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
