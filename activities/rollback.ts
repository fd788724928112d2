import { rolloutId } from '../domain/ids.ts';
import { planRollout } from '../domain/plan.ts';
import type { RollbackFacts, RollbackInput } from '../domain/rollout-state.ts';
import type { Deps } from './deps.ts';
import { failure } from './failures.ts';
import { readLineage, UNKNOWN_LINEAGE } from './registry/lineage.ts';
import { findWayBack, isSettled } from './rollback/way-back.ts';
import { claimAlias } from './store/alias-owners.ts';
import { allocateEpoch } from './store/epochs.ts';
import { lastPlan } from './store/last-begun.ts';
import { recallVersion } from './store/versions.ts';

/** How long a registry may take to say what is only written down, where traffic could move without it. */
const REGISTRY_MS = 2_000;

export function createRollbackActivities(deps: Deps) {
  return {
    /**
     * Finds the version to go back to and takes an epoch for the way.
     *
     * @throws `AlreadyServing` failure where a person asks for the version that serves, and see `findWayBack`
     */
    async prepareRollback({ input, rolloutKey }: { input: RollbackInput; rolloutKey: string }): Promise<RollbackFacts> {
      const { target: targetName, endpoint } = input;
      const place = { target: targetName, endpoint };
      const target = await deps.target(targetName);
      const reading = await target.readEndpoint(endpoint);
      if (!reading) throw failure('VersionNotFound', `target ${targetName} has no endpoint ${endpoint}`);
      const { fence, desired: route } = reading.route;
      const [serving] = route.arms.toSorted((a, b) => b.weight - a.weight);
      const current = serving ? await recallVersion(deps.pool, place, serving.version) : null;
      const { model } = reading.settings;
      const { version: back, runtime, warm } = await findWayBack(deps, place, input.version, reading);
      const alias = await claimAlias(deps.pool, { model, ...place });
      const { champion, lineage } = await recorded(deps, { model, alias, runId: back.runId }, warm);
      if (!input.repair && isSettled(route) && current?.version.key === back.key && champion === back.version)
        throw failure('AlreadyServing', `${model} version ${back.version} serves all of ${endpoint} already`);
      const epoch = await allocateEpoch(deps.pool, {
        ...place,
        rolloutKey,
        floor: reading.claimed.epoch,
      });
      const last = await lastPlan(deps.pool, place);
      const plan = {
        ...planRollout({ endpoint, model, target: targetName, version: back.version }),
        runtime,
        serving: reading.settings,
        // Whoever was told of the last rollout is told of its end, by the gates that judged it.
        ...(last && { gates: last.gates, ...(last.rollback && { rollback: last.rollback }) }),
        notify: last ? last.notify : ((await deps.receivers?.()) ?? []),
      };
      return {
        plan,
        rolloutId: rolloutId(targetName, endpoint, epoch),
        epoch,
        candidate: back,
        snapshot: { fence, route, stable: current?.version ?? null, champion },
        alias,
        lineage,
        url: reading.url,
        warm,
      };
    },
  };
}

/** What the registry says of the version and the alias, for the record; where traffic can move at once it is not waited for. */
async function recorded(
  { mlflow }: Deps,
  { model, alias, runId }: { model: string; alias: string; runId: string | null },
  warm: boolean,
) {
  const signal = warm ? AbortSignal.timeout(REGISTRY_MS) : undefined;
  const [champion, lineage] = await Promise.all([
    orUnknown(mlflow.modelVersions.findByAlias(model, alias, { signal }), null, warm),
    orUnknown(readLineage(mlflow, runId, signal), { runId, ...UNKNOWN_LINEAGE }, warm),
  ]);
  return { champion: champion?.version ?? null, lineage };
}

async function orUnknown<T, U>(asked: Promise<T>, unknown: U, warm: boolean): Promise<T | U> {
  return warm ? asked.catch(() => unknown) : asked;
}
