import { setTimeout as delay } from 'node:timers/promises';
import type { Kind, Rollouts } from './rollouts.ts';
import type { ScaleStack } from './stack.ts';

/** From the moment at which the candidate of one canary and of one soak begins to fail until stable has all traffic, in seconds. */
export interface Restored extends Record<Kind, number> {
  /** The two rollouts, which are over then. */
  readonly gone: readonly string[];
}

/** Lets two candidates fail among all the others, and waits until each has been rolled back. */
export async function timeToRestore(stack: ScaleStack, rollouts: Rollouts): Promise<Restored> {
  const one = async (kind: Kind): Promise<[string, number]> => {
    const endpoint = rollouts.endpoints[kind][0] as string;
    const began = Date.now();
    await stack.world({ breaks: endpoint });
    for (;;) {
      const { routes } = await stack.world();
      const arms = routes[endpoint] ?? [];
      if (arms.length === 1 || arms[1]?.weight === 0) return [endpoint, (Date.now() - began) / 1_000];
      await delay(200);
    }
  };
  const [[canary, canarySeconds], [soak, soakSeconds]] = await Promise.all([one('canary'), one('soak')]);
  return { canary: canarySeconds, soak: soakSeconds, gone: [canary, soak] };
}
