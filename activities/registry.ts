import { compareFences, formatFence, type Fence } from '../domain/fence.ts';
import type { PreflightFacts } from '../domain/rollout-state.ts';
import type { Deps } from './deps.ts';
import { failure } from './failures.ts';
import { moveAlias } from './registry/alias.ts';

export interface MoveAlias {
  readonly facts: PreflightFacts;
  /** `null` takes the alias away. */
  readonly version: string | null;
  /** That of the route which the alias follows; absent from rollouts that earlier releases began. */
  readonly fence?: Fence;
}

export function createRegistryActivities({ mlflow, target: targetNamed }: Deps) {
  return {
    /**
     * Points the endpoint's alias at a version, or takes it away; safe to repeat.
     *
     * MLflow has no conditional write, so the target is asked before and after whether the route that the alias follows
     * is still the newest; a write that slipped in between is taken back, and what even that missed, doctor finds.
     *
     * @throws `StaleFence` failure when a newer route is in force, `VersionNotFound` when the registry has lost the version
     */
    async moveAlias({ facts, version, fence }: MoveAlias): Promise<void> {
      const { plan, alias } = facts;
      const target = await targetNamed(plan.target);
      const mayWrite = async (): Promise<void> => {
        const held = fence && (await target.readEndpoint(plan.endpoint))?.claimed;
        if (!held || compareFences(held, fence) <= 0) return;
        const message = `the alias @${alias} follows the route ${formatFence(fence)}, but ${formatFence(held)} is in force`;
        throw failure('StaleFence', message, { details: [held] });
      };
      await moveAlias(mlflow, plan.model, alias, version, { mayWrite });
    },
  };
}
