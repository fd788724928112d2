import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { renderTree } from '../../client/render/tree.ts';
import { look } from '../../client/rollouts/look.ts';
import { MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';
import { wholeRoute } from '../../domain/route.ts';
import { register } from '../activities/registry/register.ts';
import { startMlflow, type MlflowServer } from '../mlflow/support/mlflow-server.ts';
import { severable, type Severable } from '../serving/support/severable.ts';
import { startRollout } from '../support/rollouts.ts';
import { freshEndpoint, startLocalTemporal, withWorkers } from '../support/temporal.ts';
import { CANDIDATE, STABLE, World } from '../support/world.ts';
import { Worlds } from '../support/worlds.ts';

let env: TestWorkflowEnvironment;
let server: MlflowServer;
beforeAll(async () => {
  [env, server] = await Promise.all([startLocalTemporal(), startMlflow()]);
  await register(new MlflowClient({ trackingUri: server.uri }), 'digits', { MLmodel: 'flavors: {}\n' });
});
afterAll(async () => {
  await env?.teardown();
  await server?.stop();
});

/** The steps that need the registry, by the phase they happen in, and what a person reads while it is away. */
const STEPS = {
  preflight: { step: 'preflight', waits: 'looking up version and endpoint', ends: 'promoted' },
  build: { step: 'build', waits: "starting the version's server", ends: 'promoted' },
  full: { step: CANDIDATE.version, waits: "moving the registry's alias", ends: 'promoted' },
  rollback: { step: STABLE.version, waits: "moving the registry's alias", ends: 'rolled_back' },
  publishing: { step: 'promoted', waits: 'publishing report, tags and notices', ends: 'promoted' },
} as const;

test('while the registry is away a rollout waits wherever it needs it, says so, and goes on by itself', async () => {
  const worlds = new Worlds();
  const runs = await Promise.all(
    Object.values(STEPS).map(async (expected) => {
      const way = await severable(server.uri);
      const endpoint = freshEndpoint();
      const world = worlds.add(endpoint, new World());
      if (expected.ends === 'rolled_back') world.gates['soak'] = 'fail';
      needsRegistry(world, way, expected.step);
      return { expected, way, world, endpoint };
    }),
  );
  await withWorkers(env, worlds, async (client) => {
    await Promise.all(
      runs.map(async ({ expected, way, world, endpoint }) => {
        const handle = await startRollout(client, { endpoint });
        const shown = async () => {
          const sighting = await look(client, { target: 'local', endpoint });
          return renderTree(sighting, { now: Date.now(), measured: null }).join('\n');
        };
        await vi.waitFor(
          async () =>
            expect(await shown()).toMatch(
              new RegExp(`waits: ${expected.waits}, try \\d+, since MLflow does not answer: .+; it tries on by itself`),
            ),
          { timeout: 40_000, interval: 200 },
        );
        way.mend();
        expect((await handle.result()).outcome).toBe(expected.ends);
        expect(world.route).toEqual(wholeRoute(expected.ends === 'promoted' ? CANDIDATE.key : STABLE.key));
        await way.close();
      }),
    );
  });
});

/** The step asks the real registry first, which goes away the moment that the step begins. */
function needsRegistry(world: World, way: Severable, step: string): void {
  const mlflow = new MlflowClient({ trackingUri: way.url.replace(/\/$/, '') });
  let first = true;
  world.before = async (_activity, at) => {
    if (at !== step) return;
    if (first) way.cut();
    first = false;
    await mlflow.modelVersions.get({ name: 'digits', version: '1' });
  };
}
