import type { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { exposition } from '../../domain/exposition.ts';
import { createOpenIncidents } from '../../worker/metrics/incidents.ts';
import { ackSignal, stopSignal, windowSignal } from '../../workflows/messages.ts';
import { ERRORS, startMonitor } from '../support/monitors.ts';
import { freshEndpoint, startLocalTemporal, withWorkers } from '../support/temporal.ts';
import { scraped } from '../support/scraped.ts';
import { World } from '../support/world.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startLocalTemporal()));
afterAll(() => env.teardown());

test('a list of monitors tells which incidents are open, whether somebody took them on, and that they are over', async () => {
  const world = new World();
  world.findings = [ERRORS, { ...ERRORS, kind: 'latency', subject: 'latency' }, { ...ERRORS, subject: 'timeouts' }];
  const endpoint = freshEndpoint();
  const name = (kind: string, acknowledged: boolean) =>
    `slipway_incidents_open{target="local",endpoint="${endpoint}",kind="${kind}",severity="critical",acknowledged="${acknowledged}"}`;
  await withWorkers(env, world, async (client) => {
    const handle = await startMonitor(client, endpoint);
    await handle.signal(windowSignal, '1s');
    await shows(client, { [name('errors', false)]: 2, [name('latency', false)]: 1 });
    await handle.signal(ackSignal, { incident: 'errors-1', by: 'ada' });
    await shows(client, { [name('errors', false)]: 1, [name('errors', true)]: 1, [name('latency', false)]: 1 });
    world.findings = [];
    await shows(client, {});
    await handle.signal(stopSignal);
  });
});

/** Asked anew each time: a worker would give the same answer for ten seconds. */
async function shows(client: Client, expected: Readonly<Record<string, number>>): Promise<void> {
  await vi.waitFor(
    async () => {
      const seen = scraped(exposition(await createOpenIncidents(client)()));
      expect(Object.fromEntries(seen)).toEqual(expected);
    },
    { timeout: 60_000, interval: 200 },
  );
}
