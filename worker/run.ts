import { createServer } from 'node:http';
import { Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import { createActivities } from '../activities/index.ts';
import { createPool } from '../activities/store/pool.ts';
import { assertMigrated } from '../activities/store/schema-version.ts';
import { MlflowClient } from '../packages/mlflow-client-ts/src/index.ts';
import { assertAttributes } from './attributes.ts';
import { bundleToFile } from './bundle.ts';
import { temporalConfig } from './config.ts';
import { createTargets } from './targets.ts';
import { createWorkers } from './workers.ts';

const log = new DefaultLogger('INFO', ({ level, timestampNanos, message, meta }) => {
  process.stdout.write(
    `${JSON.stringify({ at: new Date(Number(timestampNanos / 1_000_000n)).toISOString(), level, message, ...meta })}\n`,
  );
});

async function main(): Promise<void> {
  Runtime.install({ logger: log });
  const { connection: options, namespace } = temporalConfig();
  const pool = createPool();
  await assertMigrated(pool);
  const client = await Connection.connect(options);
  await assertAttributes(client, namespace);
  await client.close();
  const [connection, workflowBundle] = await Promise.all([NativeConnection.connect(options), bundleToFile()]);
  const activities = createActivities({
    pool,
    mlflow: MlflowClient.fromEnv(),
    target: createTargets(),
    fetch: globalThis.fetch,
    env: process.env,
    clock: Date.now,
  });
  const workers = await createWorkers({ connection, namespace, workflowBundle, activities });
  serveHealth(workers);
  log.info('worker started', { queues: workers.map(({ options: { taskQueue } }) => taskQueue) });
  await Promise.all(workers.map((worker) => worker.run()));
  await connection.close();
  await pool.end();
}

/** `GET /healthz` on SLIPWAY_WORKER_PORT: 200 while every queue is polled. */
function serveHealth(workers: readonly Worker[]): void {
  const port = process.env['SLIPWAY_WORKER_PORT'];
  if (!port) return;
  createServer((_request, response) => {
    const states = Object.fromEntries(workers.map((worker) => [worker.options.taskQueue, worker.getState()]));
    const ok = Object.values(states).every((state) => state === 'RUNNING');
    response.writeHead(ok ? 200 : 503, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ok, states, memoryBytes: process.memoryUsage.rss() }));
  })
    .listen(Number(port), '127.0.0.1')
    .unref();
}

main().catch((error: unknown) => {
  log.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
