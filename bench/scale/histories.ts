import { Client, type Connection } from '@temporalio/client';
import { decodeFromPayloadsAtIndex } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { rolloutWorkflowId } from '../../domain/ids.ts';
import type { WatchReport } from '../../domain/watch.ts';
import { dataConverter } from '../../temporal/data-converter.ts';
import { TARGET } from './stack.ts';

/** What Temporal knows of one rollout. */
export interface RolloutHistory {
  readonly endpoint: string;
  readonly running: boolean;
  readonly events: number;
  readonly bytes: number;
  /** Index of the last batch that its watch had judged when it told last; -1 where none is watched. */
  readonly judgedUpTo: number;
  /** Attempts that the present watch has taken. */
  readonly attempt: number;
}

const CONCURRENCY = 32;

/** Looks at every rollout. */
export async function readHistories(connection: Connection, endpoints: readonly string[]): Promise<RolloutHistory[]> {
  const client = new Client({ connection, dataConverter: dataConverter() });
  const found: RolloutHistory[] = [];
  const queue = [...endpoints];
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (let name = queue.shift(); name !== undefined; name = queue.shift()) found.push(await read(client, name));
    }),
  );
  return found;
}

async function read(client: Client, endpoint: string): Promise<RolloutHistory> {
  const { status, historyLength, historySize, raw } = await client.workflow
    .getHandle(rolloutWorkflowId(TARGET, endpoint))
    .describe();
  const watch = raw.pendingActivities?.find(({ activityType }) => activityType?.name === 'watchGate');
  const payloads = watch?.heartbeatDetails?.payloads;
  const { loadedDataConverter } = client.options;
  const report = payloads && (await decodeFromPayloadsAtIndex<Partial<WatchReport>>(loadedDataConverter, 0, payloads));
  return {
    endpoint,
    running: status.name === 'RUNNING',
    events: historyLength,
    bytes: historySize ?? 0,
    judgedUpTo: report?.watch?.afterIndex ?? -1,
    attempt: watch?.attempt ?? 0,
  };
}
