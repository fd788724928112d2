import type { MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';
import type { LedgerPlace } from '../store/ledger.ts';
import { parseAnchor, type LedgerAnchor } from '../store/verify-ledger.ts';

/** The head of an endpoint's ledger as the registry remembers it, on the version whose rollout ended there. */
export interface NotedHead extends LedgerPlace {
  readonly model: string;
  readonly version: string;
  /** `null` where the tag does not read as a head, since somebody changed it. */
  readonly anchor: LedgerAnchor | null;
}

/** All heads that rollouts noted in the registry, of one endpoint or of every one. */
export async function notedHeads(mlflow: MlflowClient, place: LedgerPlace | null): Promise<NotedHead[]> {
  const found: NotedHead[] = [];
  for await (const { name, version, tags } of mlflow.modelVersions.search({ filter: HAS_HEAD })) {
    const [target, endpoint] = (tags['slipway.endpoint'] ?? '').split('/');
    const head = tags['slipway.ledger_head'];
    if (!target || !endpoint || head === undefined) continue;
    if (place && (target !== place.target || endpoint !== place.endpoint)) continue;
    found.push({ target, endpoint, model: name, version, anchor: parseAnchor(head) });
  }
  return found;
}

const HAS_HEAD = "tags.`slipway.ledger_head` LIKE '%'";
