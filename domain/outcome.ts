/** How a closed rollout ended. `rollback_failed` is not here: such a run stays open and tries on. */
export type Outcome = 'promoted' | 'rolled_back' | 'aborted' | 'held';

export type Stage = 'preflight' | 'build' | 'validate' | 'shadow' | 'canary' | 'ab' | 'full' | 'soak';

/** What `SlipwayStage` and `status` show; a rollout that is going back is in none of its stages. */
export type Phase = Stage | 'rollback' | 'rollback_failed' | 'done';

export const STAGES: readonly Stage[] = ['preflight', 'build', 'validate', 'shadow', 'canary', 'ab', 'full', 'soak'];
