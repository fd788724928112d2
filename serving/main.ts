import { readHostConfig, InvalidConfig, USAGE } from './host/config.ts';
import { CannotRun } from './host/cannot-run.ts';
import { runHost } from './host/run.ts';

// What outlives this process must not look like a part of the stack that started it.
delete process.env.SLIPWAY_STACK_PART;

try {
  const config = await readHostConfig(process.argv.slice(2), process.env);
  if (config) await runHost(config);
  else process.stdout.write(USAGE);
  process.exit(0);
} catch (error) {
  const expected = error instanceof InvalidConfig || error instanceof CannotRun;
  process.stderr.write(`${expected ? error.message : String(error instanceof Error ? error.stack : error)}\n`);
  process.exit(error instanceof InvalidConfig ? 2 : 1);
}
