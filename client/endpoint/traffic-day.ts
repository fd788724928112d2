import type { Client } from 'pg';
import type { ArmCounts } from '../../domain/gate-batch.ts';
import type { Place } from '../rollouts/place.ts';
import { readOnly } from './database.ts';
import { Tally, type TrafficDay } from './tally.ts';

/** Batches that are fetched at once. */
const PAGE = 500;

interface Row {
  readonly sealed_at: Date;
  readonly arms: readonly ArmCounts[];
}

/** What sealed batches say of an endpoint's requests between two moments (ISO 8601). @throws Failure `no_database` */
export async function readTraffic(
  databaseUrl: string,
  { target, endpoint, since, until }: Place & { readonly since: string; readonly until: string },
): Promise<TrafficDay> {
  return readOnly(databaseUrl, 'gate batches', async (client) => {
    const values = [target, endpoint, since, until];
    const [first] = (await client.query<{ at: Date | null }>(`SELECT min(opened_at) AS at ${DAY}`, values)).rows;
    const tally = new Tally(first?.at?.toISOString() ?? since, until);
    await client.query(`DECLARE found CURSOR FOR SELECT sealed_at, body -> 'arms' AS arms ${DAY}`, values);
    for (let rows = await page(client); rows.length > 0; rows = await page(client))
      for (const { sealed_at, arms } of rows) tally.add({ sealed: sealed_at.toISOString(), arms });
    return tally.day();
  });
}

async function page(client: Client): Promise<Row[]> {
  return (await client.query<Row>(`FETCH ${PAGE} FROM found`)).rows;
}

/** In no order: one by number would be read from the first batch on. */
export const DAY = `FROM slipway.gate_batches WHERE target = $1 AND endpoint = $2 AND sealed_at > $3 AND sealed_at <= $4`;
