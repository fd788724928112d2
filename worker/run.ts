import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { createActivities } from '../activities/index.ts';
import { createPool } from '../activities/store/pool.ts';
import { assertMigrated } from '../activities/store/schema-version.ts';
import { MlflowClient } from '../packages/mlflow-client-ts/src/index.ts';
import { assertAttributes } from './attributes.ts';
import { bundleToFile } from './bundle.ts';
import { makeCurrentCommand, workerDeployment } from './deployment.ts';
import { createDrillMetrics } from './metrics/drills.ts';
import { createOpenIncidents } from './metrics/incidents.ts';
import { createOpenRollouts } from './metrics/open-rollouts.ts';
import { Tally } from './metrics/tally.ts';
import { temporalMetrics } from './metrics/temporal-metrics.ts';
import { serve } from './serve.ts';
import { slipwayHome } from '../spec/home.ts';
import { dataConverter } from '../temporal/data-converter.ts';
import { temporalConfig } from '../temporal/connection.ts';
import { ownReceivers } from './receivers.ts';
import { createMonitorsPort } from './monitors-port.ts';
import { createOutcomesPort } from './outcomes-port.ts';
import { createTargets, targetNames } from './targets.ts';
import { WatchGauge } from './watch-gauge.ts';
import { webUiOf } from './web-ui.ts';
import { createWorkers } from './workers.ts';
import { createWorkflowsPort, startAftermath } from './workflows-port.ts';

const log = new DefaultLogger('INFO', ({ level, timestampNanos, message, meta }) => {
  process.stdout.write(
    `${JSON.stringify({ at: new Date(Number(timestampNanos / 1_000_000n)).toISOString(), level, message, ...meta })}\n`,
  );
});

async function main(): Promise<void> {
  const port = process.env['SLIPWAY_WORKER_PORT'];
  const temporal = port ? await temporalMetrics() : null;
  Runtime.install({ logger: log, ...(temporal && { telemetryOptions: { metrics: temporal.exporter } }) });
  const { connection: options, namespace } = temporalConfig();
  const extra = { dataConverter: dataConverter() };
  const deployment = workerDeployment();
  const pool = createPool();
  await assertMigrated(pool);
  const asking = await Connection.connect(options);
  await assertAttributes(asking, namespace);
  const client = new Client({ connection: asking, namespace, ...extra });
  const [connection, workflowBundle] = await Promise.all([NativeConnection.connect(options), bundleToFile()]);
  const [gauge, tally] = [new WatchGauge(), new Tally()];
  const activities = createActivities({
    pool,
    mlflow: MlflowClient.fromEnv(),
    target: createTargets(),
    fetch: globalThis.fetch,
    env: process.env,
    receivers: ownReceivers,
    webUi: webUiOf(process.env, namespace),
    clock: Date.now,
    doctor: { workflows: createWorkflowsPort(client), targetNames, home: slipwayHome() },
    startAftermath: (input) => startAftermath(client, input),
    monitors: createMonitorsPort(client),
    outcomes: createOutcomesPort(client),
    judged: gauge.judged,
    watching: tally.watching,
    delivered: tally.delivered,
  });
  const workers = await createWorkers({
    connection,
    namespace,
    workflowBundle,
    activities,
    extra: {
      ...extra,
      interceptors: { activity: [tally.interceptor] },
      ...(deployment && { workerDeploymentOptions: deployment }),
    },
  });
  const asked = [createOpenRollouts(client), createOpenIncidents(client), createDrillMetrics(pool)];
  if (port) serve(Number(port), { workers, pool, gauge, tally, asked, temporal });
  const queues = workers.map(({ options: { taskQueue } }) => taskQueue);
  log.info('worker started', { queues, afterMs: Math.round(performance.now()) });
  if (deployment) log.info(`rollouts begin on this version once it is current: ${makeCurrentCommand(deployment)}`);
  await Promise.all(workers.map((worker) => worker.run()));
  await connection.close();
  await asking.close();
  await pool.end();
}

main().catch((error: unknown) => {
  log.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
