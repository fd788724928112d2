import { readdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Benchmark } from './benchmark.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    engine: { type: 'string' },
    seed: { type: 'string' },
    only: { type: 'string' },
  },
});
// Whatever brings a stack up gets it from here: `dev`, or `postgres` for the Temporal that production runs.
if (values.engine) process.env['SLIPWAY_ENGINE'] = values.engine;
const known = (await readdir(import.meta.dirname, { withFileTypes: true }))
  .filter((entry) => entry.isDirectory() && entry.name !== 'support')
  .map(({ name }) => name);
const [name] = positionals;

if (!name || !known.includes(name)) {
  process.stderr.write(
    `usage: npm run bench -- NAME [--quick] [--engine dev|postgres] [--seed N] [--only PART]\nbenchmarks: ${known.join(', ')}\n`,
  );
  process.exitCode = 2;
} else {
  const { run } = (await import(`./${name}/run.ts`)) as { run: Benchmark };
  const { figures, goals, met } = await run({
    quick: values.quick,
    ...(values.seed !== undefined && { seed: Number(values.seed) }),
    ...(values.only !== undefined && { only: values.only }),
  });
  process.stdout.write(`${JSON.stringify({ name, figures, goals, met })}\n`);
  process.exitCode = met ? 0 : 1;
}
