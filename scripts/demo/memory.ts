import type { HostHealth } from '../../domain/serving-contract.ts';
import { askCli } from './cli.ts';
import type { DemoStack, StackStatus } from './stack.ts';

/** What Slipway's own processes may use, in MB, beside what they do. */
const LIMITS = { worker: 300, 'serving host with capture': 200, Envoy: 100 } as const;

/** One line per process of Slipway's own, with its limit. */
export async function hostMemory(stack: DemoStack): Promise<string[]> {
  const { parts } = await askCli<StackStatus>(['status'], stack.env);
  const answer = await fetch(`${stack.serving}/healthz`);
  const { memoryBytes } = (await answer.json()) as HostHealth;
  const used: Record<keyof typeof LIMITS, number> = {
    worker: parts.find(({ name }) => name === 'worker')?.memoryBytes ?? 0,
    'serving host with capture': memoryBytes.host + (memoryBytes.capture ?? 0),
    Envoy: memoryBytes.envoy ?? 0,
  };
  return Object.entries(LIMITS).map(([name, limit]) => {
    const megabytes = Math.round(used[name as keyof typeof LIMITS] / 1e6);
    return `${name} ${megabytes} MB (limit ${limit})${megabytes > limit ? ', above it' : ''}`;
  });
}
