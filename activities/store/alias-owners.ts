import type { Pool, PoolClient } from 'pg';
import { inTransaction, lock, query } from './query.ts';

export interface AliasClaim {
  readonly model: string;
  readonly target: string;
  readonly endpoint: string;
}

/** Every name this endpoint could have is another endpoint's. */
export class AliasTaken extends Error {
  override readonly name = 'AliasTaken';
}

/**
 * The registry alias that follows this endpoint's traffic: `champion` for a model's first endpoint, `champion-<endpoint>`
 * for further ones, `champion-<target>-<endpoint>` where that is another target's; idempotent.
 *
 * @throws AliasTaken, StoreUnreachable
 */
export async function claimAlias(pool: Pool, claim: AliasClaim): Promise<string> {
  return inTransaction(pool, async (client) => {
    await lock(client, 'slipway.alias_owners', claim.model);
    const owners = await ownersOf(client, claim.model);
    const mine = owners.find(({ target, endpoint }) => target === claim.target && endpoint === claim.endpoint);
    if (mine) return mine.alias;
    const names = ['champion', `champion-${claim.endpoint}`, `champion-${claim.target}-${claim.endpoint}`];
    const alias = names.find((name) => !owners.some((owner) => owner.alias === name));
    if (!alias) throw new AliasTaken(`${names.join(', ')} of model ${claim.model} all belong to other endpoints`);
    await query(client, 'INSERT INTO slipway.alias_owners (model, alias, target, endpoint) VALUES ($1, $2, $3, $4)', [
      claim.model,
      alias,
      claim.target,
      claim.endpoint,
    ]);
    return alias;
  });
}

/** Every alias of a model that belongs to an endpoint, `champion` first. @throws StoreUnreachable */
export async function readAliasOwners(pool: Pool, model: string): Promise<(AliasClaim & { readonly alias: string })[]> {
  return ownersOf(pool, model);
}

function ownersOf(on: Pool | PoolClient, model: string): Promise<(AliasClaim & { readonly alias: string })[]> {
  return query(
    on,
    `SELECT model, alias, target, endpoint FROM slipway.alias_owners WHERE model = $1 ORDER BY alias COLLATE "C"`,
    [model],
  );
}
