import { Pool } from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import { verifyLedger } from '../../../activities/store/verify-ledger.ts';
import { readHistory } from '../../../client/ledger.ts';
import { versionNumber } from '../../../domain/ids.ts';
import { FULL_WEIGHT } from '../../../domain/route.ts';
import { MlflowClient } from '../../../packages/mlflow-client-ts/src/index.ts';
import type { HostLooks } from './endpoints.ts';

/** Where the five places are read from, directly. */
export interface Places {
  readonly host: HostLooks;
  readonly databaseUrl: string;
  readonly mlflow: string;
}

/** Long enough for several requests of the campaign's clients. */
const MEASURED_MS = 400;

/**
 * What is not as it has to be on an endpoint where no rollout runs: measured traffic, programmed route, desired route, alias
 * and the ledger's last word are one version, and the ledger is gap-free, intact and without a fence used twice.
 */
export async function findings({ host, databaseUrl, mlflow }: Places, endpoint: string): Promise<string[]> {
  const place = { target: 'local', endpoint };
  const found: string[] = [];
  const { route } = await host.endpoint(endpoint);
  const arms = route.desired.arms.filter(({ weight }) => weight > 0);
  const serving = arms[0]?.version ?? 'none';
  if (arms.length !== 1 || arms[0]?.weight !== FULL_WEIGHT)
    found.push(`traffic is split: ${JSON.stringify(route.desired)}`);
  if (JSON.stringify(route.programmed) !== JSON.stringify({ fence: route.fence, route: route.desired }))
    found.push(`programmed ${JSON.stringify(route.programmed)} is not desired ${JSON.stringify(route.desired)}`);

  const before = await host.traffic(endpoint);
  await delay(MEASURED_MS);
  const after = await host.traffic(endpoint);
  for (const [key, { requests }] of Object.entries(after.versions)) {
    const more = requests - (before.versions[key]?.requests ?? 0);
    if (key !== serving && more > 0) found.push(`${key} got ${more} requests while ${serving} should serve`);
    if (key === serving && more === 0) found.push(`${serving} got no request`);
  }

  const champion = await new MlflowClient({ trackingUri: mlflow }).modelVersions.findByAlias(endpoint, 'champion');
  if (champion?.version !== versionNumber(serving))
    found.push(`champion is ${champion?.version ?? 'nothing'} while ${serving} serves`);

  const rows = await readHistory(databaseUrl, { ...place, limit: 10_000 });
  const last = rows.findLast(({ detail }) => 'serving' in detail);
  if (last?.detail['serving'] !== serving)
    found.push(`the ledger says ${String(last?.detail['serving'])} serves, ${serving} does`);
  const pool = new Pool({ connectionString: databaseUrl, max: 1 });
  try {
    const check = await verifyLedger(pool, place);
    if (!check.intact) found.push(`the ledger is ${check.fault} at ${check.seq}: ${check.detail}`);
  } finally {
    await pool.end();
  }
  const sequences = Map.groupBy(rows, ({ rolloutId }) => rolloutId);
  for (const [rollout, own] of sequences)
    if (own.some(({ rolloutSequence }, index) => rolloutSequence !== index + 1))
      found.push(`the ledger of ${rollout} has a gap`);
  const fences = rows.flatMap(({ detail }) => (typeof detail['fence'] === 'string' ? [detail['fence']] : []));
  if (new Set(fences).size !== fences.length) found.push('a fence was used twice');
  return found;
}
