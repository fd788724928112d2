import { makeContinueAsNewFunc, patched, workflowInfo } from '@temporalio/workflow';

/** About 2,600 events where nothing happens: far below Temporal's limits, and quick to read. */
const ROUNDS_PER_RUN = 200;
/** However much happens: the next run begins before a history reaches 5,000, unless one round alone brings 1,500. */
const MOST_EVENTS = 3_500;

/** After at least one round, so that no run comes to nothing: when the history is long enough, or newer workers are current. */
export function mustContinueAsNew(rounds: number): boolean {
  const { continueAsNewSuggested, historyLength, targetWorkerDeploymentVersionChanged } = workflowInfo();
  if (rounds === 0) return false;
  const isLong = rounds >= ROUNDS_PER_RUN || (historyLength >= MOST_EVENTS && patched('goes-on-by-length'));
  return isLong || continueAsNewSuggested || targetWorkerDeploymentVersionChanged;
}

/** What goes on for as long as an endpoint serves outlives releases: its next run is the current one's. */
export async function goOn<Input>(input: Input): Promise<never> {
  return makeContinueAsNewFunc<(input: Input) => Promise<unknown>>({ initialVersioningBehavior: 'AUTO_UPGRADE' })(
    input,
  );
}
