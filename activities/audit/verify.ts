import type { Pool } from 'pg';
import type { MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';
import type { LedgerPlace } from '../store/ledger.ts';
import { query } from '../store/query.ts';
import { verifyLedger, type LedgerCheck } from '../store/verify-ledger.ts';
import { notedHeads, type NotedHead } from './noted-heads.ts';

export interface LedgerAudit extends LedgerPlace {
  readonly check: LedgerCheck;
  /** What the registry remembers of this ledger. */
  readonly heads: readonly NotedHead[];
}

export interface AuditReport {
  readonly ledgers: readonly LedgerAudit[];
  /** Why the registry's heads could not be read: then a tail that was cut off would not show; `null` when they were. */
  readonly registryFault: string | null;
}

/** Computes the chains of one endpoint, or of all, again and holds them against the registry. @throws StoreUnreachable */
export async function verifyLedgers(
  { pool, mlflow }: { readonly pool: Pool; readonly mlflow: MlflowClient },
  place: LedgerPlace | null,
): Promise<AuditReport> {
  const { heads, registryFault } = await readHeads(mlflow, place);
  const places = place ? [place] : distinct([...(await ledgerPlaces(pool)), ...heads]);
  const ledgers: LedgerAudit[] = [];
  for (const { target, endpoint } of places) {
    const own = heads.filter((head) => head.target === target && head.endpoint === endpoint);
    const anchors = own.flatMap(({ anchor }) => (anchor ? [anchor] : []));
    const check = await verifyLedger(pool, { target, endpoint }, { anchors });
    ledgers.push({ target, endpoint, check, heads: own });
  }
  return { ledgers, registryFault };
}

async function readHeads(
  mlflow: MlflowClient,
  place: LedgerPlace | null,
): Promise<{ heads: NotedHead[]; registryFault: string | null }> {
  try {
    return { heads: await notedHeads(mlflow, place), registryFault: null };
  } catch (error) {
    return { heads: [], registryFault: error instanceof Error ? error.message : String(error) };
  }
}

async function ledgerPlaces(pool: Pool): Promise<LedgerPlace[]> {
  return query<{ target: string; endpoint: string }>(pool, 'SELECT DISTINCT target, endpoint FROM slipway.ledger');
}

/** Endpoints that only the registry remembers are among them: their whole ledger may be gone. */
function distinct(places: readonly LedgerPlace[]): LedgerPlace[] {
  const byName = new Map(places.map(({ target, endpoint }) => [`${target}/${endpoint}`, { target, endpoint }]));
  return [...byName.keys()].sort().flatMap((name) => byName.get(name) ?? []);
}
