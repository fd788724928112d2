import { Context } from '@temporalio/activity';
import { planRollout, userKeyOf, type RolloutPlan } from '../domain/plan.ts';
import type { PinnedVersion } from '../domain/model-version.ts';
import { NO_FENCE } from '../domain/fence.ts';
import { rolloutId, versionKey } from '../domain/ids.ts';
import { secretsOf } from '../domain/receivers.ts';
import type { EndpointSnapshot, PreflightFacts, RolloutInput } from '../domain/rollout-state.ts';
import { EMPTY_ROUTE, FULL_WEIGHT } from '../domain/route.ts';
import { checkSpec } from '../spec/read-spec.ts';
import type { Deps } from './deps.ts';
import { failure } from './failures.ts';
import { digestVersion } from './registry/digest-version.ts';
import { readLineage } from './registry/lineage.ts';
import { resolveVersion, type ResolvedVersion } from './registry/resolve-version.ts';
import { claimAlias } from './store/alias-owners.ts';
import { allocateEpoch } from './store/epochs.ts';
import { recallVersion } from './store/versions.ts';
import type { EndpointReading, ServingTarget } from './targets/target.ts';

/** The first look: everything that can be refused is refused here, before anything is started. */
export function createPreflightActivities(deps: Deps) {
  return {
    async preflight({ input, rolloutKey }: { input: RolloutInput; rolloutKey: string }): Promise<PreflightFacts> {
      const plan = await planOf(input, deps);
      const target = await deps.target(plan.target);
      await checkCapabilities(target, plan);
      const resolved = await resolveVersion(deps.mlflow, plan.model, plan.version);
      const candidate = await pin(deps, resolved);
      const reading = await target.readEndpoint(plan.endpoint);
      const snapshot = await takeSnapshot(deps, plan, reading);
      if (snapshot.stable?.key === candidate.key) {
        // A query can be mended though its version serves already.
        if (plan.outcomes) await askForOutcomes(deps, plan);
        throw failure(
          'AlreadyServing',
          `${plan.model} version ${candidate.version} serves all of ${plan.endpoint} already`,
        );
      }
      const arms = snapshot.stable ? await pinArms(deps, plan, [snapshot.stable.key, candidate.key]) : [];
      const alias = await claimAlias(deps.pool, { model: plan.model, target: plan.target, endpoint: plan.endpoint });
      const champion = await deps.mlflow.modelVersions.findByAlias(plan.model, alias);
      const epoch = await allocateEpoch(deps.pool, {
        target: plan.target,
        endpoint: plan.endpoint,
        rolloutKey,
        floor: reading?.claimed.epoch ?? 0,
      });
      await askForOutcomes(deps, plan);
      return {
        plan: { ...plan, version: candidate.version },
        ...(arms.length > 0 && { arms }),
        rolloutId: rolloutId(plan.target, plan.endpoint, epoch),
        epoch,
        candidate,
        snapshot: { ...snapshot, champion: champion?.version ?? null },
        alias,
        lineage: await readLineage(deps.mlflow, candidate.runId),
        url: reading?.url ?? null,
      };
    },
  };
}

async function planOf({ spec }: RolloutInput, { env, receivers }: Deps): Promise<RolloutPlan> {
  const reading = checkSpec(spec);
  if ('faults' in reading) {
    const lines = reading.faults.map(({ path, message }) => `${path}: ${message}`);
    throw failure('InvalidSpec', `the specification has ${lines.length} fault(s): ${lines.join('; ')}`, {
      details: [...reading.faults],
    });
  }
  const planned = planRollout(reading.spec);
  const plan = reading.spec.notify === undefined ? { ...planned, notify: (await receivers?.()) ?? [] } : planned;
  const unset = plan.notify.flatMap(secretsOf).filter((name) => !env[name]);
  if (unset.length > 0)
    throw failure('InvalidSpec', `notify: the worker has no environment variable ${unset.join(', ')}`);
  return plan;
}

/** Gates may need labels before anything is promoted. The janitor begins what does not begin here. */
async function askForOutcomes({ outcomes }: Deps, { target, endpoint, model, ...plan }: RolloutPlan): Promise<void> {
  const input = { target, endpoint, model, plan: plan.outcomes ?? null, receivers: plan.notify };
  await outcomes?.asked(input).catch((error: unknown) => {
    Context.current().log.warn(`outcomes are not read: ${String(error)}`, { target, endpoint });
  });
}

async function checkCapabilities(target: ServingTarget, plan: RolloutPlan): Promise<void> {
  const can = await target.capabilities();
  const faults: string[] = [];
  if (!can.runtimes.includes(plan.runtime.kind))
    faults.push(`runtime ${plan.runtime.kind} (it has ${can.runtimes.join(', ')})`);
  if (plan.shadow && !(can.mirror && can.pairedAnswers))
    faults.push('a shadow with compared answers; leave it out with `shadow: false`');
  if (plan.rollback?.style === 'to-shadow' && !can.mirror)
    faults.push('a rollback to shadow; leave out `rollback.style`');
  if (userKeyOf(plan) && !can.sticky) faults.push('sticky users; leave out `sticky`');
  const arms = 2 + (plan.ab?.arms?.length ?? 0);
  if (arms > (can.mostArms ?? 2)) faults.push(`an A/B test of ${arms} arms; leave out \`ab.arms\``);
  const coarse = plan.canary.steps.find(({ weight }) => weight % can.weightGranularity !== 0);
  if (coarse)
    faults.push(`a step of ${coarse.weight / 100} %; its steps are multiples of ${can.weightGranularity / 100} %`);
  if (plan.canary.ramp && can.weightGranularity > 1)
    faults.push(
      `a ramp, whose weights are any part of 10,000; name \`canary.steps\`, multiples of ${can.weightGranularity / 100} %`,
    );
  if (faults.length > 0) throw failure('Unsupported', `target ${plan.target} cannot do: ${faults.join('; ')}`);
}

async function pin(deps: Deps, { model, version, runId, source }: ResolvedVersion): Promise<PinnedVersion> {
  const { digest } = await digestVersion(deps.mlflow, { model, version }, Context.current().cancellationSignal);
  return { model, version, digest, key: versionKey(version, digest), source, runId };
}

/** The versions that a test has beside candidate and stable, each another one. */
async function pinArms(deps: Deps, { model, ab }: RolloutPlan, others: readonly string[]): Promise<PinnedVersion[]> {
  const pinned: PinnedVersion[] = [];
  for (const { version } of ab?.arms ?? []) {
    const arm = await pin(deps, await resolveVersion(deps.mlflow, model, version));
    if ([...others, ...pinned.map(({ key }) => key)].includes(arm.key)) {
      throw failure(
        'AlreadyServing',
        `ab.arms: ${model} version ${arm.version} (${version}) is in this test already; name another version`,
      );
    }
    pinned.push(arm);
  }
  return pinned;
}

/** What serves now; refused when it is not one version, since then there is nothing to go back to. */
export async function takeSnapshot(
  { pool }: Deps,
  { target, endpoint }: { target: string; endpoint: string },
  reading: EndpointReading | null,
): Promise<Omit<EndpointSnapshot, 'champion'>> {
  if (!reading) return { fence: NO_FENCE, route: EMPTY_ROUTE, stable: null };
  const { fence, desired } = reading.route;
  const live = desired.arms.filter(({ weight }) => weight > 0);
  const [only] = live;
  if (!only) return { fence, route: EMPTY_ROUTE, stable: null };
  if (live.length > 1 || only.weight !== FULL_WEIGHT || desired.mirrors.length > 0) {
    const shares = desired.arms.map(({ version, weight }) => `${version} ${weight / 100} %`).join(', ');
    throw failure(
      'EndpointUnsettled',
      `${target}/${endpoint} is not on one version (${shares}); put it on one with \`slipway rollback\` first`,
    );
  }
  const known = await recallVersion(pool, { target, endpoint }, only.version);
  if (!known) {
    throw failure(
      'EndpointUnsettled',
      `${target}/${endpoint} serves ${only.version}, which Slipway did not deploy; put it on a registered version with \`slipway rollback --to N\``,
    );
  }
  // An arm without weight is a leftover: the way back is to the one version alone.
  return { fence, route: { ...desired, arms: [only] }, stable: known.version };
}
