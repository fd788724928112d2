import type { MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';

/** What a rollout writes on a version, for people who look at the registry and for the audit of the ledger's head. */
export interface SlipwayTags {
  readonly 'slipway.rollout'?: string;
  readonly 'slipway.outcome'?: string;
  readonly 'slipway.endpoint'?: string;
  readonly 'slipway.digest'?: string;
  /** `<seq>:<hash>` of the endpoint's last ledger row. */
  readonly 'slipway.ledger_head'?: string;
}

/**
 * Sets the tags that differ from what the version has; safe to repeat.
 *
 * Nothing is set by an attempt that comes late: when the version is tagged with a later head of the same endpoint's ledger.
 */
export async function tagVersion(
  mlflow: MlflowClient,
  { model, version }: { readonly model: string; readonly version: string },
  tags: SlipwayTags,
  signal?: AbortSignal,
): Promise<void> {
  const ref = { name: model, version };
  const { tags: present } = await mlflow.modelVersions.get(ref, { signal });
  if (isLater(present, tags)) return;
  for (const [key, value] of Object.entries(tags) as [string, string | undefined][]) {
    if (value !== undefined && present[key] !== value) await mlflow.modelVersions.setTag(ref, key, value, { signal });
  }
}

function isLater(present: Readonly<Record<string, string>>, tags: SlipwayTags): boolean {
  const [there, given] = [present['slipway.ledger_head'], tags['slipway.ledger_head']].map((head) =>
    Number.parseInt(head ?? '', 10),
  );
  return present['slipway.endpoint'] === tags['slipway.endpoint'] && (there ?? NaN) > (given ?? NaN);
}
