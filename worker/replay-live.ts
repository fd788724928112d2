import { Client } from '@temporalio/client';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { connectTemporal, temporalConfig } from '../temporal/connection.ts';
import { dataConverter } from '../temporal/data-converter.ts';
import { bundleToFile } from './bundle.ts';
import { replayOpen } from './replay-open.ts';

/** `npm run replay:live`: shows, before workers of this code are started, that every open rollout would go on under it. */
async function main([bundle]: string[]): Promise<void> {
  const { namespace, connection: where } = temporalConfig();
  const connection = await connectTemporal().catch((error: unknown) => {
    const address = where.address ?? 'localhost:7233';
    const remedy = 'set TEMPORAL_ADDRESS to the server whose rollouts are to be replayed';
    throw new Error(`Temporal at ${address} does not answer; ${remedy}`, { cause: error });
  });
  const workflowBundle = bundle ? { codePath: bundle } : await bundleToFile();
  const converter = { dataConverter: dataConverter() };
  const client = new Client({ connection, namespace, ...converter });
  const runtime = Runtime.install({ logger: SILENT, telemetryOptions: { logging: { filter: ERRORS, forward: {} } } });
  const breaking: string[] = [];
  let replayed = 0;
  for await (const { workflowId, events, fault } of replayOpen({ client, workflowBundle, ...converter })) {
    replayed += 1;
    if (fault !== null) breaking.push(workflowId);
    console.log(fault === null ? `✓ ${workflowId}  ${events} events` : `✗ ${workflowId}  ${fault}`);
  }
  // Where no worker was needed it would keep the process alive.
  await runtime.shutdown();
  await connection.close();
  console.log(closing(replayed, breaking));
  if (breaking.length > 0) process.exitCode = 1;
}

/** What breaks is said in a line of its own. */
const SILENT = new DefaultLogger('ERROR', () => undefined);
const ERRORS = { core: 'ERROR', other: 'ERROR' } as const;

function closing(replayed: number, breaking: readonly string[]): string {
  if (replayed === 0) return 'no rollout is open';
  const open = `${replayed} open ${replayed === 1 ? 'workflow' : 'workflows'} replayed`;
  return breaking.length === 0
    ? `${open}; all go on under this code`
    : `${open}; this code would break ${breaking.join(', ')}: see "Changing a workflow" in docs/development.md`;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
});
