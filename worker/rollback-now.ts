import { RollbackRefused, rollbackNow, type RollbackNow } from '../activities/doctor/rollback-now.ts';
import { TargetRefusal } from '../activities/targets/target.ts';
import { slipwayHome } from '../spec/home.ts';
import { createTargets } from './targets.ts';

/**
 * Carries out one {@link RollbackNow}, given as JSON, and prints what it did: `{"done": …}` or `{"refused": …}`. It talks
 * to the serving target and to nothing else.
 */
try {
  const request = JSON.parse(process.argv[2] ?? '') as RollbackNow;
  const target = await createTargets()(request.target);
  console.log(JSON.stringify({ done: await rollbackNow(target, slipwayHome(), request) }));
} catch (error) {
  const isRefused = error instanceof RollbackRefused || error instanceof TargetRefusal;
  const message = error instanceof Error ? error.message : String(error);
  console.log(JSON.stringify({ refused: message, ...(isRefused ? {} : { unexpected: true }) }));
  process.exitCode = 1;
}
