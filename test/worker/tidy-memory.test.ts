import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { Tidying } from '../../worker/tidy-memory.ts';

/** A process that has had a burst of work: 200 MB that nobody needs any more. Prints the megabytes it holds afterwards. */
const BURST = (tidying: Tidying) => `
  import { tidyMemory } from './worker/tidy-memory.ts';
  tidyMemory(${JSON.stringify(tidying)});
  let burst = Array.from({ length: 400_000 }, (_, i) => ({ i, text: 'x'.repeat(50) + i, more: [i, i, i] }));
  await new Promise((resolve) => setTimeout(resolve, 50));
  burst = null;
  const until = Date.now() + 4_000;
  const held = () => process.memoryUsage().heapTotal / 1_048_576;
  while (held() > 30 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
  console.log(Math.round(held()));
`;
const NEVER: Tidying = { everyMs: 3_600_000, spareBytes: 2 ** 40, lookMs: 2_000 };

test('a worker gives the memory of a burst back, which V8 by itself would keep', async () => {
  const [inTime, early, left] = await Promise.all([
    heldAfter({ ...NEVER, everyMs: 100, lookMs: 100 }),
    heldAfter({ ...NEVER, spareBytes: 64 * 1_048_576 }),
    heldAfter(NEVER),
  ]);
  expect(inTime).toBeLessThanOrEqual(30);
  expect(early).toBeLessThanOrEqual(30);
  expect(left).toBeGreaterThan(2 * inTime);
});

async function heldAfter(tidying: Tidying): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', BURST(tidying)]);
  return Number(stdout);
}
