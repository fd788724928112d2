import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** A process that has had a burst of work: 200 MB that nobody needs any more. Prints the megabytes it holds afterwards. */
const BURST = (tidyEveryMs: number) => `
  import { tidyMemory } from './worker/tidy-memory.ts';
  tidyMemory(${tidyEveryMs});
  let burst = Array.from({ length: 400_000 }, (_, i) => ({ i, text: 'x'.repeat(50) + i, more: [i, i, i] }));
  await new Promise((resolve) => setTimeout(resolve, 50));
  burst = null;
  const until = Date.now() + 3_000;
  const held = () => process.memoryUsage().heapTotal / 1_048_576;
  while (held() > 30 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
  console.log(Math.round(held()));
`;

test('a worker gives the memory of a burst back, which V8 by itself would keep', async () => {
  const [tidied, left] = await Promise.all([heldAfter(100), heldAfter(3_600_000)]);
  expect(tidied).toBeLessThanOrEqual(30);
  expect(left).toBeGreaterThan(2 * tidied);
});

async function heldAfter(tidyEveryMs: number): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', BURST(tidyEveryMs)]);
  return Number(stdout);
}
