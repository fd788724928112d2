import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { wholeRoute } from '../../domain/route.ts';
import { checkOut, previousCommit } from '../support/previous-checkout.ts';
import { freshEndpoint, startLocalTemporal, withWorkers } from '../support/temporal.ts';
import { startRollout } from '../support/rollouts.ts';
import { CANDIDATE, STABLE, World } from '../support/world.ts';
import { Worlds } from '../support/worlds.ts';
import { until } from './scenarios.ts';

let env: TestWorkflowEnvironment;
let folder: string;
beforeAll(async () => {
  env = await startLocalTemporal();
  folder = await mkdtemp(join(tmpdir(), 'slipway-previous-'));
});
afterAll(async () => {
  await env.teardown();
  await rm(folder, { recursive: true, force: true });
});

const STAGES = [
  { at: { waitingFor: 'shadow' }, gate: 'none' },
  { at: { desiredWeight: 1_000 }, gate: 'canary-10' },
  { at: { phase: 'soak' }, gate: 'soak' },
] as const;

/** As `test/e2e/upgrade.test.ts`, with workflow code alone: at more moments, and in seconds. */
test('rollouts that the previous commit began in any stage go on under this one, forward and back', async ({
  skip,
}) => {
  const commit = await previousCommit();
  if (commit === null) return skip('this checkout has no earlier commit: it is an archive, or a shallow clone');
  const codePath = await bundleOf(commit);
  const worlds = new Worlds();
  const begun = await withWorkers(
    env,
    worlds,
    (client) =>
      Promise.all(
        [...STAGES, ...STAGES].map(async ({ at, gate }, index) => {
          const endpoint = freshEndpoint();
          const world = worlds.add(endpoint, new World());
          world.gates[gate] = 'watch';
          const approval: 'shadow'[] = 'waitingFor' in at ? ['shadow'] : [];
          const handle = await startRollout(client, { endpoint, approval, soak: { duration: '1h' } });
          await until(handle, at);
          return { handle, world, isAborted: index >= STAGES.length };
        }),
      ),
    { codePath },
  );

  await withWorkers(env, worlds, async () => {
    for (const { handle, world, isAborted } of begun) {
      if (isAborted) await handle.signal('abort');
      else await forward(handle, world);
      expect(await handle.result()).toMatchObject({ outcome: isAborted ? 'aborted' : 'promoted' });
      expect(world.route).toEqual(wholeRoute(isAborted ? STABLE.key : CANDIDATE.key));
      expect(world.ledger.map(({ rolloutSequence }) => rolloutSequence)).toEqual(world.ledger.map((_, at) => at + 1));
    }
  });
});

async function forward(handle: Awaited<ReturnType<typeof startRollout>>, world: World): Promise<void> {
  const { waitingFor, phase } = await handle.query<{ waitingFor: string | null; phase: string }>('status');
  if (waitingFor) await handle.executeUpdate('approve', { args: [{ gate: waitingFor }] });
  if (phase === 'canary') await handle.executeUpdate('promote', { args: [{}] });
  world.gates['soak'] = 'watch';
  await until(handle, { phase: 'soak' });
  await handle.signal('supersede');
}

async function bundleOf(commit: string): Promise<string> {
  const checkout = join(folder, 'checkout');
  await mkdir(checkout);
  await checkOut(commit, checkout);
  const file = join(folder, 'bundle.cjs');
  await promisify(execFile)(process.execPath, [join(checkout, 'worker/bundle-file.ts'), file]);
  return file;
}
