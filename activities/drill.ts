import { drillFaults, planDrill, type DrillFacts, type DrillInput, type DrillPlan } from '../domain/drill.ts';
import { drillKey, rolloutId } from '../domain/ids.ts';
import { planRollout, type RolloutPlan } from '../domain/plan.ts';
import type { Runtime } from '../domain/model-version.ts';
import type { Deps } from './deps.ts';
import { failure } from './failures.ts';
import { takeSnapshot } from './preflight.ts';
import { UNKNOWN_LINEAGE } from './registry/lineage.ts';
import { claimAlias } from './store/alias-owners.ts';
import { allocateEpoch } from './store/epochs.ts';
import { lastPlan } from './store/last-begun.ts';
import { servedAs } from './store/serving-history.ts';
import { recallVersion, type KnownVersion, type VersionPlace } from './store/versions.ts';
import type { EndpointReading } from './targets/target.ts';

export function createDrillActivities(deps: Deps) {
  return {
    /**
     * Plans a rehearsal: a faulty copy of the version that serves, or of one that did, judged by the gates of the endpoint's last rollout.
     *
     * @throws `InvalidSpec` failure for a drill that would cost users more than it may, `Unsupported` where the target has no
     * faulty copies, `VersionNotFound` and `EndpointUnsettled` where there is no one version to go back to
     */
    async prepareDrill({ input, rolloutKey }: { input: DrillInput; rolloutKey: string }): Promise<DrillFacts> {
      const { target: targetName, endpoint } = input;
      const place = { target: targetName, endpoint };
      const target = await deps.target(targetName);
      const { runtimes } = await target.capabilities();
      if (!runtimes.includes('drill'))
        throw failure('Unsupported', `target ${targetName} cannot hold a drill: it has no faulty copies of a version`);
      const reading = await target.readEndpoint(endpoint);
      const { stable, ...before } = await takeSnapshot(deps, place, reading);
      const known = stable && (await recallVersion(deps.pool, place, stable.key));
      if (!reading || !known)
        throw failure('VersionNotFound', `nothing serves on ${targetName}/${endpoint} that a drill could go back to`);
      if (known.runtime.kind === 'drill')
        throw failure('EndpointUnsettled', `${targetName}/${endpoint} serves the copy of a drill`);
      const faults = drillFaults(input, reading.settings);
      if (faults.length > 0) throw failure('InvalidSpec', `no drill was held: ${faults.join('; ')}`);
      const drill = planDrill(input, reading.settings);
      const { model } = reading.settings;
      const alias = await claimAlias(deps.pool, { model, ...place });
      const epoch = await allocateEpoch(deps.pool, { ...place, rolloutKey, floor: reading.claimed.epoch });
      const copied = input.version === undefined ? known : await chosen(deps, place, input.version);
      if (copied.runtime.kind === 'drill') throw failure('InvalidSpec', `${copied.version.key} is the copy of a drill`);
      const runtime = { kind: 'drill', fault: drill.fault, of: copied.runtime } as const;
      const last = (await lastPlan(deps.pool, place)) ?? planRollout({ endpoint, model, target: targetName });
      return {
        plan: planOf(last, drill, { version: copied.version.version, runtime, reading }),
        rolloutId: rolloutId(targetName, endpoint, epoch),
        epoch,
        // Its run is not told: a rehearsal leaves no mark on a version.
        candidate: { ...copied.version, key: drillKey(copied.version.key), runId: null },
        snapshot: { ...before, stable: known.version, champion: known.version.version },
        alias,
        lineage: { runId: null, ...UNKNOWN_LINEAGE },
        url: reading.url,
        drill,
      };
    },
  };
}

/** Only what served here is known to answer this endpoint's requests. */
async function chosen({ pool }: Deps, place: VersionPlace, version: string): Promise<KnownVersion> {
  const key = await servedAs(pool, place, version);
  const known = key === null ? null : await recallVersion(pool, place, key);
  if (known) return known;
  throw failure(
    'VersionNotFound',
    `version ${version} never served ${place.endpoint}: a drill copies what serves, or a version that did`,
  );
}

/** The last rollout's gates, shadow and receivers; the rest is the drill's: one stage, and no verdict but a failed gate. */
function planOf(
  last: RolloutPlan,
  { weight, withinMs }: DrillPlan,
  { version, runtime, reading }: { version: string; runtime: Runtime; reading: EndpointReading },
): RolloutPlan {
  const onInconclusive = 'rollback' as const;
  const { shadow } = last.shadow ? last : planRollout({ endpoint: last.endpoint, model: last.model });
  return {
    ...last,
    version,
    runtime,
    serving: reading.settings,
    validate: null,
    shadow: weight === 0 && shadow ? { ...shadow, percent: 100, maxDurationMs: withinMs, onInconclusive } : null,
    canary: {
      steps: weight > 0 ? [{ weight, approval: false, minDurationMs: 0 }] : [],
      ramp: null,
      maxDurationMs: withinMs,
      onInconclusive,
    },
    soak: null,
    approval: [],
  };
}
