import { createAftermathActivities } from './aftermath.ts';
import { createBuildActivities } from './build.ts';
import type { Deps } from './deps.ts';
import { createDrillActivities } from './drill.ts';
import { createDoctorActivities } from './doctor.ts';
import { createLedgerActivities } from './ledger.ts';
import { createMonitorActivities } from './monitor.ts';
import { createNotifyActivities } from './notify.ts';
import { createOutcomeActivities } from './outcome.ts';
import { createOutcomePullActivities } from './outcomes.ts';
import { createPreflightActivities } from './preflight.ts';
import { createRegistryActivities } from './registry.ts';
import { createRetrainActivities } from './retrain.ts';
import { createRollbackActivities } from './rollback.ts';
import { createTrafficActivities } from './traffic.ts';
import { createValidateActivities } from './validate.ts';
import { createWatchActivities } from './watch.ts';

/** Everything that rollouts do to the world, bound to its ports. */
export function createActivities(deps: Deps) {
  return {
    ...createPreflightActivities(deps),
    ...createBuildActivities(deps),
    ...createValidateActivities(deps),
    ...createTrafficActivities(deps),
    ...createWatchActivities(deps),
    ...createRegistryActivities(deps),
    ...createLedgerActivities(deps),
    ...createNotifyActivities(deps),
    ...createOutcomeActivities(deps),
    ...createAftermathActivities(deps),
    ...createDrillActivities(deps),
    ...createRollbackActivities(deps),
    ...createRetrainActivities(deps),
    ...createDoctorActivities(deps),
    ...createMonitorActivities(deps),
    ...createOutcomePullActivities(deps),
  };
}

export type Activities = ReturnType<typeof createActivities>;
