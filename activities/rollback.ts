import { Context } from '@temporalio/activity';
import { rolloutId, versionKey } from '../domain/ids.ts';
import { planRollout } from '../domain/plan.ts';
import type { PinnedVersion } from '../domain/model-version.ts';
import type { PreflightFacts, RollbackInput } from '../domain/rollout-state.ts';
import type { Route } from '../domain/route.ts';
import type { Deps } from './deps.ts';
import { failure } from './failures.ts';
import { digestVersion } from './registry/digest-version.ts';
import { readLineage } from './registry/lineage.ts';
import { resolveVersion } from './registry/resolve-version.ts';
import { claimAlias } from './store/alias-owners.ts';
import { allocateEpoch } from './store/epochs.ts';
import { previousVersion } from './store/serving-history.ts';
import { recallVersion } from './store/versions.ts';

export function createRollbackActivities(deps: Deps) {
  return {
    /** Finds the version to go back to and takes an epoch for the way. */
    async prepareRollback({
      input,
      rolloutKey,
    }: {
      input: RollbackInput;
      rolloutKey: string;
    }): Promise<PreflightFacts> {
      const { target: targetName, endpoint } = input;
      const place = { target: targetName, endpoint };
      const target = await deps.target(targetName);
      const reading = await target.readEndpoint(endpoint);
      if (!reading) throw failure('VersionNotFound', `target ${targetName} has no endpoint ${endpoint}`);
      const [serving] = reading.route.desired.arms.toSorted((a, b) => b.weight - a.weight);
      const current = serving ? await recallVersion(deps.pool, place, serving.version) : null;
      const model = reading.settings.model;
      const back = input.version
        ? await registered(deps, model, input.version)
        : await previousVersion(deps.pool, place, isSettled(reading.route.desired) ? (serving?.version ?? null) : null);
      if (!back)
        throw failure('VersionNotFound', `no earlier version of ${endpoint} is on record; name one with --version`);
      const known = await recallVersion(deps.pool, place, back.key);
      const runtime = known?.runtime ?? { kind: 'mlflow' as const };
      const alias = await claimAlias(deps.pool, { model, ...place });
      const champion = await deps.mlflow.modelVersions.findByAlias(model, alias);
      const epoch = await allocateEpoch(deps.pool, {
        ...place,
        rolloutKey,
        floor: reading.claimed.epoch,
      });
      const plan = {
        ...planRollout({ endpoint, model, target: targetName, version: back.version }),
        runtime,
        serving: reading.settings,
      };
      const { fence, desired: route } = reading.route;
      return {
        plan,
        rolloutId: rolloutId(targetName, endpoint, epoch),
        epoch,
        candidate: back,
        snapshot: { fence, route, stable: current?.version ?? null, champion: champion?.version ?? null },
        alias,
        lineage: await readLineage(deps.mlflow, back.runId),
        url: reading.url,
      };
    },
  };
}

async function registered(deps: Deps, model: string, version: string): Promise<PinnedVersion> {
  const resolved = await resolveVersion(deps.mlflow, model, version);
  const { digest } = await digestVersion(
    deps.mlflow,
    { model, version: resolved.version },
    Context.current().cancellationSignal,
  );
  return { ...resolved, digest, key: versionKey(resolved.version, digest) };
}

/** A route that a terminated rollout left between versions has no present one: the way back is to the last on record. */
function isSettled({ arms, mirrors }: Route): boolean {
  return mirrors.length === 0 && arms.filter(({ weight }) => weight > 0).length === 1;
}
