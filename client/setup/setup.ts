import type { Connection } from '@temporalio/client';
import { connectTemporal, temporalNamespace } from '../temporal.ts';
import { ensureJanitor } from '../stack/janitor-schedule.ts';
import { ensureNamespace } from '../stack/parts/temporal-namespace.ts';
import { migrateDatabase, type DatabaseRoles, type Migrated } from '../stack/migrate.ts';
import { registerAttributes } from '../stack/parts/search-attributes.ts';
import { StackFault } from '../stack/part.ts';
import { waitUntil } from '../stack/wait-until.ts';
import { withoutPassword } from '../stack/addresses.ts';

/** Longest time until every service of Temporal knows a namespace that was made now. */
const KNOWN_MS = 30_000;

/** Where the servers are that an installation works with. */
export interface SetupPlace extends DatabaseRoles {
  /** `host:port`; Temporal's own configuration decides when absent. */
  readonly temporal: string | undefined;
}

/** What the set-up found and did, for people and programs. */
export interface SetupReport {
  readonly database: Migrated & { readonly address: string };
  readonly temporal: {
    readonly namespace: string;
    readonly namespaceCreated: boolean;
    /** Names of the search attributes registered now. */
    readonly attributesRegistered: readonly string[];
    /** Whether the janitor's schedule was made now. */
    readonly janitorScheduled: boolean;
  };
}

/**
 * Makes Temporal and PostgreSQL ready for workers: schema, namespace, search attributes, the janitor's schedule. Idempotent.
 *
 * @throws StackFault that says which of them refused what, and the remedy
 */
export async function setUp(place: SetupPlace, env: NodeJS.ProcessEnv): Promise<SetupReport> {
  if (!place.database)
    throw new StackFault(
      'no database is known: set DATABASE_URL to postgres://ROLE:PASSWORD@HOST:PORT/DATABASE, and SLIPWAY_DATABASE_OWNER_URL to the role that owns the schema',
    );
  const connection = await connect(place.temporal, env.TEMPORAL_ADDRESS);
  try {
    const database = await migrateDatabase(place, env);
    const namespace = temporalNamespace();
    const namespaceCreated = await createNamespace(connection, namespace);
    const attributesRegistered = await registerAttributes(connection, namespace);
    const janitorScheduled = await scheduleJanitor(connection, namespace);
    return {
      database: { ...database, address: withoutPassword(place.database) },
      temporal: { namespace, namespaceCreated, attributesRegistered, janitorScheduled },
    };
  } finally {
    await connection.close();
  }
}

async function connect(address: string | undefined, configured: string | undefined): Promise<Connection> {
  return connectTemporal(address).catch((error: unknown) => {
    throw new StackFault(
      `Temporal at ${address ?? configured ?? 'the configured address'} does not answer (${messageOf(error)}): correct TEMPORAL_ADDRESS, or start it`,
    );
  });
}

async function createNamespace(connection: Connection, namespace: string): Promise<boolean> {
  return ensureNamespace(connection, namespace).catch((error: unknown) => {
    throw new StackFault(
      `Temporal refuses to show or create the namespace "${namespace}" (${messageOf(error)}): ask its administrator to create it, or set TEMPORAL_NAMESPACE to one that you may use, then run \`slipway setup\` again`,
    );
  });
}

async function scheduleJanitor(connection: Connection, namespace: string): Promise<boolean> {
  return waitUntil(() => ensureJanitor(connection, namespace), KNOWN_MS).catch((error: unknown) => {
    throw new StackFault(
      `Temporal refuses the janitor's schedule in the namespace "${namespace}" (${messageOf(error)}): let this user create schedules, then run \`slipway setup\` again`,
    );
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
