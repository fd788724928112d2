import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { HouseReport } from '../../activities/doctor.ts';
import { createNotifyActivities } from '../../activities/notify.ts';
import { openSink } from '../alerts/sink.ts';
import { depsWith } from '../support/deps.ts';
import { janitorRuns } from '../support/janitor.ts';
import { startLocalTemporal, withWorkers } from '../support/temporal.ts';
import { World } from '../support/world.ts';

const WITHIN = { timeout: 30_000, interval: 50 };
const FINDING: HouseReport['findings'][number] = {
  code: 'EndpointMissing',
  invariant: 1,
  repair: 'none',
  target: 'local',
  endpoint: 'digits',
  message: 'the target has no such endpoint',
  remedy: 'restore the state folder',
};

let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startLocalTemporal()));
afterAll(() => env.teardown());

test('what the janitor cannot mend is told once however many rounds meet it, and its end too, while a receiver is away', async () => {
  const [good, away] = [await openSink(), await openSink(500)];
  const own = [good, away].map(({ url }) => ({ webhook: url, secretEnv: null }));
  const world = new World();
  let findings: HouseReport['findings'] = [FINDING];
  const { sendAlert } = createNotifyActivities(
    depsWith({ receivers: () => Promise.resolve(own), webUi: 'http://ui/namespaces/default' }),
  );
  const keepHouse = () => Promise.resolve({ endpoints: 1, findings, repairs: [] });
  Object.assign(world.activities, { sendAlert, keepHouse });
  const told = () => good.json().map((body) => (body as { status: string; name: string }).status);
  await withWorkers(env, world, async () => {
    for (let round = 0; round < 4; round++) await janitorRuns(env);
    await vi.waitFor(() => expect(told()).toEqual(['firing']), WITHIN);
    findings = [];
    for (let round = 0; round < 2; round++) await janitorRuns(env);
    await vi.waitFor(() => expect(told()).toEqual(['firing', 'resolved']), WITHIN);
    await vi.waitFor(() => expect(away.received.length).toBeGreaterThan(2), WITHIN);
  });
  expect(good.json()[0]).toMatchObject({
    name: 'EndpointMissing',
    link: expect.stringContaining('/workflows/alert.janitor.') as string,
  });
});
