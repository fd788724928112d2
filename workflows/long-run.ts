import { makeContinueAsNewFunc, workflowInfo } from '@temporalio/workflow';

/** About 2,600 events: far below Temporal's limits, and quick to read. */
const ROUNDS_PER_RUN = 200;

/** After at least one round, so that no run comes to nothing: when the history is long enough, or newer workers are current. */
export function mustContinueAsNew(rounds: number): boolean {
  const { continueAsNewSuggested, targetWorkerDeploymentVersionChanged } = workflowInfo();
  if (rounds === 0) return false;
  return rounds >= ROUNDS_PER_RUN || continueAsNewSuggested || targetWorkerDeploymentVersionChanged;
}

/** What goes on for as long as an endpoint serves outlives releases: its next run is the current one's. */
export async function goOn<Input>(input: Input): Promise<never> {
  return makeContinueAsNewFunc<(input: Input) => Promise<unknown>>({ initialVersioningBehavior: 'AUTO_UPGRADE' })(
    input,
  );
}
