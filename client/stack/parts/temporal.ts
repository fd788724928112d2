import type { Connection } from '@temporalio/client';
import { devServer } from './temporal-dev.ts';
import { engineOf, rememberEngine, runningEngine, type Engine } from './temporal-engine.ts';
import { ensureNamespace } from './temporal-namespace.ts';
import { ensureWebUi } from './temporal-ui.ts';
import { productionServer } from './temporal-postgres.ts';
import { areSearchable, registerAttributes } from './search-attributes.ts';
import { waitUntil } from '../wait-until.ts';
import { withTemporal } from '../../temporal.ts';
import type { Part, StackContext } from '../part.ts';

/** Longest time until all services of the server know a new namespace and its search attributes. */
const KNOWN_MS = 60_000;

export const temporal: Part = {
  name: 'temporal',
  title: 'Temporal',
  ports: ['temporal', 'temporalUi'],
  needs: [],
  timeoutMs: 90_000,
  stopMs: 20_000,
  variable: 'TEMPORAL_ADDRESS',
  address: ({ temporal: address, temporalUi }) => (temporalUi === null ? address : `${address}, Web UI ${temporalUi}`),

  async alsoNeeds(context) {
    const external = Boolean(context.env.TEMPORAL_ADDRESS);
    return !external && (await engineOf(context)) === 'postgres' ? ['postgres'] : [];
  },

  async prepare(context) {
    const engine = await engineOf(context);
    const command = await (engine === 'postgres' ? productionServer(context) : devServer(context));
    await rememberEngine(context.paths, engine);
    return command;
  },

  async check(context) {
    await withTemporal(context.addresses, async (connection) => {
      // The production server begins without the namespace, which `furnish` creates.
      await connection.workflowService.getSystemInfo({});
      if ((await engineHere(context)) !== 'postgres') await describeNamespace(connection, context);
    });
  },

  async furnish(context) {
    const engine = await engineHere(context);
    const { temporalNamespace: namespace } = context.addresses;
    await withTemporal(context.addresses, async (connection) => {
      if (engine === 'postgres') await waitUntil(() => ensureNamespace(connection, namespace), KNOWN_MS);
      await registerAttributes(connection, namespace);
      if (engine === 'postgres') await waitUntil(() => areSearchable(connection, namespace), KNOWN_MS);
    });
    if (engine === 'postgres') await ensureWebUi(context);
  },

  async stop(_, pid) {
    process.kill(pid, 'SIGTERM');
  },
};

async function describeNamespace({ workflowService }: Connection, { addresses }: StackContext): Promise<void> {
  await workflowService.describeNamespace({ namespace: addresses.temporalNamespace });
}

/** `null` where the environment names a Temporal that is not ours. */
async function engineHere({ env, paths }: StackContext): Promise<Engine | null> {
  return env.TEMPORAL_ADDRESS ? null : runningEngine(paths);
}
