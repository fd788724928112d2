import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { ensureTemporalDatabases } from './temporal-database.ts';
import { ROOT } from '../paths.ts';
import { servicePorts } from './temporal-ports.ts';
import { StackFault, type Command, type StackContext } from '../part.ts';
import { temporalServerBinaries } from '../binaries.ts';

/** Configuration of the server and its Web UI; their values come by the environment. */
export const CONFIG = join(ROOT, 'deploy', 'temporal');

/** The server that production runs, all four services in one process, with its state in the stack's PostgreSQL. */
export async function productionServer(context: StackContext): Promise<Command> {
  const { env, paths, ports } = context;
  if (env.DATABASE_URL)
    throw new StackFault(
      "Temporal's postgres engine keeps its databases in the stack's own PostgreSQL, and DATABASE_URL names another: unset it, or start a Temporal server of your own and set TEMPORAL_ADDRESS",
    );
  const { server, sqlTool } = await temporalServerBinaries(env, context.note);
  await mkdir(paths.temporal, { recursive: true });
  const password = await ensureTemporalDatabases(context, sqlTool);
  return {
    file: server,
    args: ['--config-file', join(CONFIG, 'server.yaml'), '--allow-no-auth', 'start'],
    env: {
      TEMPORAL_DATABASE_ADDRESS: `127.0.0.1:${ports.postgres}`,
      TEMPORAL_DATABASE_PASSWORD: password,
      TEMPORAL_FRONTEND_PORT: String(ports.temporal),
      TEMPORAL_SERVICE_PORTS: (await servicePorts(context)).join(','),
      TEMPORAL_DYNAMIC_CONFIG: join(CONFIG, 'dynamic.yaml'),
    },
  };
}
