import { Client } from 'pg';
import type { ArmCounts, GateBatch, GateBatchBody, PairCounts } from '../../../domain/gate-batch.ts';
import { startPostgres } from '../../support/postgres.ts';
import type { TestPostgres } from '../../support/postgres.ts';
import { ENDPOINT } from './serving.ts';
import { until } from './until.ts';

/** What capture stored, read from the database itself. */
export interface Evidence {
  readonly database: TestPostgres;
  readonly client: Client;
  /** The target whose evidence is read from now on; `local` at first. */
  target: string;
  /** In order of their numbers. */
  batches(): Promise<GateBatch[]>;
  /** The batches of one fence, once `isThere` holds for them. */
  batchesUnder(sequence: number, isThere: (batches: GateBatch[]) => boolean): Promise<GateBatch[]>;
  stop(): Promise<void>;
}

export async function startEvidence(): Promise<Evidence> {
  const database = await startPostgres();
  const client = new Client({ connectionString: database.appUrl });
  await client.connect();

  async function batches(): Promise<GateBatch[]> {
    const { rows } = await client.query<{ body: GateBatchBody; hash: string }>(
      'select body, hash from slipway.gate_batches where target = $1 and endpoint = $2 order by index',
      [evidence.target, ENDPOINT],
    );
    return rows.map(({ body, hash }) => ({ ...body, hash }));
  }

  const evidence: Evidence = {
    database,
    client,
    target: 'local',
    batches,
    batchesUnder: (sequence, isThere) =>
      until(
        `batches under fence 1.${sequence}`,
        async () => (await batches()).filter(({ fence }) => fence.sequence === sequence),
        isThere,
      ),
    async stop() {
      await client.end();
      await database.stop();
    },
  };
  return evidence;
}

/** A count of one version, over all batches. */
export function armSum(batches: readonly GateBatch[], version: string, count: keyof ArmCounts = 'n'): number {
  const arms = batches.flatMap((batch) => batch.arms.filter((arm) => arm.version === version));
  return arms.reduce((sum, arm) => sum + Number(arm[count]), 0);
}

export function pairSum(batches: readonly GateBatch[], count: keyof PairCounts): number {
  return batches.flatMap(({ pairs }) => pairs).reduce((sum, pair) => sum + Number(pair[count]), 0);
}
