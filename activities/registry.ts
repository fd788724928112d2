import type { PreflightFacts } from '../domain/rollout-state.ts';
import type { Deps } from './deps.ts';
import { moveAlias } from './registry/alias.ts';

export function createRegistryActivities({ mlflow }: Deps) {
  return {
    /** Points the endpoint's alias at a version, or takes it away; safe to repeat. */
    async moveAlias({ facts, version }: { facts: PreflightFacts; version: string | null }): Promise<void> {
      await moveAlias(mlflow, facts.plan.model, facts.alias, version);
    },
  };
}
