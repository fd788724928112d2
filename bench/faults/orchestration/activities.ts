import { failure } from '../../../activities/failures.ts';
import type { Activities } from '../../../activities/index.ts';
import { StaleFence, type ServingTarget } from '../../../activities/targets/target.ts';
import { createTrafficActivities } from '../../../activities/traffic.ts';
import type { Fence } from '../../../domain/fence.ts';
import { rolloutId } from '../../../domain/ids.ts';
import { planRollout } from '../../../domain/plan.ts';
import type { PreflightFacts } from '../../../domain/rollout-state.ts';
import type { RolloutSpec } from '../../../domain/rollout-spec.ts';
import type { RouteReading } from '../../../domain/serving-contract.ts';
import type { Decision } from '../../../domain/verdict.ts';
import { watchGate } from './gate.ts';
import type { RemoteWorld } from './remote-world.ts';
import { scriptedVerdict } from './verdict.ts';
import { CANDIDATE, STABLE } from './versions.ts';

/**
 * What a rollout does, done to a {@link RemoteWorld}: the real traffic activities on a target without servers, and the
 * least that the others can be. Nothing here listens to cancellation: late attempts go on as long as they can.
 */
export function createCampaignActivities(world: RemoteWorld): Activities {
  const activities = {
    ...trafficActivities(world),

    async preflight({ input, rolloutKey }: Parameters<Activities['preflight']>[0]) {
      const { endpoint } = input.spec;
      await world.ask(endpoint, { op: 'resolve' });
      return prepare(world, input.spec, rolloutKey);
    },

    async prepareRollback({ input, rolloutKey }: Parameters<Activities['prepareRollback']>[0]) {
      return prepare(world, { endpoint: input.endpoint, target: input.target, model: 'digits' }, rolloutKey);
    },

    async buildVersion({ facts, entries }: Parameters<Activities['buildVersion']>[0]) {
      const { endpoint } = facts.plan;
      await world.ask(endpoint, { op: 'append', entries });
      await world.ask(endpoint, { op: 'deploy', key: facts.candidate.key, fence: { epoch: facts.epoch, sequence: 0 } });
      return { summary: 'ready', warnings: [], manifest: null, memoryBytes: null };
    },

    async validateCandidate({ facts, entries }: Parameters<Activities['validateCandidate']>[0]) {
      await world.ask(facts.plan.endpoint, { op: 'append', entries });
      await world.ask(facts.plan.endpoint, { op: 'predict' });
      const decision = await world.ask<Decision>(facts.plan.endpoint, { op: 'look', gate: 'validate' });
      return scriptedVerdict('validate', decision);
    },

    watchGate: (request: Parameters<Activities['watchGate']>[0]) => watchGate(world, request),

    async moveAlias(request: Parameters<Activities['moveAlias']>[0] & { fence?: Fence }) {
      const { facts, version, fence = null } = request;
      await refusing(world.ask(facts.plan.endpoint, { op: 'moveAlias', version, fence }, request));
    },

    async recordTransitions({ entries }: Parameters<Activities['recordTransitions']>[0]) {
      await world.ask(entries[0]?.endpoint ?? '', { op: 'append', entries });
    },

    async retireVersion(request: Parameters<Activities['retireVersion']>[0]) {
      await world.ask(request.facts.plan.endpoint, { op: 'retire', key: request.key }, request);
    },

    async notify(request: Parameters<Activities['notify']>[0]) {
      await world.ask(request.facts.plan.endpoint, { op: 'notify', event: request.event }, request);
    },

    async publishOutcome({ facts, outcome }: Parameters<Activities['publishOutcome']>[0]) {
      await world.ask(facts.plan.endpoint, { op: 'publish', outcome });
    },
  };
  // Activities that no rollout calls are left out.
  return activities as unknown as Activities;
}

/** The real ones: they map refusals, read back, and wait until the leaving version is quiet. */
function trafficActivities(world: RemoteWorld) {
  const target: Pick<ServingTarget, 'setRoute' | 'readTraffic'> = {
    setRoute: (endpoint, fence, route, label) =>
      world.ask<RouteReading>(endpoint, { op: 'setRoute', fence, route, label }, { label }),
    readTraffic: (endpoint) => world.ask(endpoint, { op: 'readTraffic' }),
  };
  const deps = { target: () => Promise.resolve(target as ServingTarget) };
  return createTrafficActivities(deps as unknown as Parameters<typeof createTrafficActivities>[0]);
}

async function prepare(world: RemoteWorld, spec: RolloutSpec, rolloutKey: string): Promise<PreflightFacts> {
  const plan = planRollout(spec);
  const { reading, alias } = await world.ask<{ reading: RouteReading; alias: string }>(plan.endpoint, { op: 'read' });
  const epoch = await world.ask<number>(plan.endpoint, { op: 'takeEpoch', rolloutKey });
  const { fence, desired: route } = reading;
  return {
    plan,
    rolloutId: rolloutId(plan.target, plan.endpoint, epoch),
    epoch,
    candidate: CANDIDATE,
    snapshot: { fence, route, stable: STABLE, champion: alias },
    alias: 'champion',
    lineage: { runId: null, runName: null, gitCommit: null, user: null, datasets: [], metrics: {} },
    url: null,
  };
}

/** A late attempt has nobody to tell; Temporal refuses its failure as well. */
async function refusing<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof StaleFence) throw failure('StaleFence', error.message, { cause: error });
    throw error;
  }
}
