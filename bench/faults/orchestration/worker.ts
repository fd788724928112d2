import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { pulse } from '../../../worker/pulse.ts';
import { ACTIVITY_QUEUES, WORKFLOW_QUEUE } from '../../../worker/queues.ts';
import { createWorkers } from '../../../worker/workers.ts';
import { TASK_QUEUES } from '../../../workflows/messages.ts';
import { faultInjector } from '../inject/interceptor.ts';
import { createCampaignActivities } from './activities.ts';
import { RemoteWorld } from './remote-world.ts';
import type { Role } from './worker-process.ts';

/**
 * A worker process that may be killed, stopped and restarted: production's wiring around the campaign's activities.
 *
 *   node worker.ts ADDRESS BUNDLE WORLD ROLE
 */
const [address = '', codePath = '', worldUrl = ''] = process.argv.slice(2);
const role = process.argv[5] as Role;

/** A stopped process keeps its polls, and each of them swallows one task until its time limit: few are enough to see that. */
const POLLS = { maxConcurrentActivityTaskPolls: 2, maxConcurrentWorkflowTaskPolls: 2 };

Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
});
// The campaign goes, its workers go.
process.stdin.resume().on('end', () => process.exit(1));

const world = new RemoteWorld(worldUrl);
const connection = await NativeConnection.connect({ address });
const namespace = 'default';
const activities = createCampaignActivities(world);
const faults = faultInjector((boundary) => world.reach(boundary));
/** A rollout that stands at a fault holds a slot: with production's few, others would never come to theirs. */
const queues = {
  workflow: { ...WORKFLOW_QUEUE, ...POLLS, maxConcurrentActivityTaskExecutions: 200, maxCachedWorkflows: 200 },
  activity: ACTIVITY_QUEUES.map(({ taskQueue }) => ({ taskQueue, ...POLLS })),
};
const workflowBundle = { codePath };
const shared: Pick<WorkerOptions, 'connection' | 'namespace'> = { connection, namespace };

const workers = await create();
const running = Promise.all(workers.map((worker) => worker.run()));
process.stdout.write('ready\n');
await running;
await connection.close();
process.exit(0);

function create(): Promise<Worker[]> {
  const extra = { interceptors: { activity: [faults] } };
  const production = { connection, namespace, workflowBundle, activities, extra };
  const isTraffic = ({ taskQueue }: { taskQueue: string }) => taskQueue === TASK_QUEUES.traffic;
  switch (role) {
    case 'all':
      return createWorkers({ ...production, queues });
    case 'all but traffic':
      return createWorkers({
        ...production,
        queues: { ...queues, activity: queues.activity.filter((queue) => !isTraffic(queue)) },
      });
    case 'workflows':
      return Promise.all([Worker.create({ ...shared, ...queues.workflow, workflowBundle })]);
    case 'activities':
      return activitiesOf([queues.workflow, ...queues.activity]);
    case 'traffic':
      return activitiesOf(queues.activity.filter(isTraffic));
  }
}

function activitiesOf(some: readonly { taskQueue: string }[]): Promise<Worker[]> {
  const interceptors = { activity: [pulse, faults] };
  return Promise.all(
    some.map(({ taskQueue }) => Worker.create({ ...shared, ...POLLS, taskQueue, activities, interceptors })),
  );
}
