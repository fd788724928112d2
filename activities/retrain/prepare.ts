import { Context } from '@temporalio/activity';
import { retrainWorkflowId } from '../../domain/ids.ts';
import { planReceiver } from '../../domain/receivers.ts';
import { planRetrain } from '../../domain/retrain.ts';
import type { RetrainFacts, RetrainInput } from '../../domain/retrain-state.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import { checkSpec } from '../../spec/read-spec.ts';
import type { Deps } from '../deps.ts';
import { failure } from '../failures.ts';
import { lastSpec } from '../store/last-begun.ts';
import { newestVersion } from './find-trained.ts';

/** Everything that can be refused before a job is begun. @throws failure `InvalidSpec` */
export async function prepareRetraining(deps: Deps, input: RetrainInput): Promise<RetrainFacts> {
  const spec = await specOf(deps, input);
  if (!spec.retrain)
    throw failure(
      'InvalidSpec',
      `the specification of ${placeOf(input)} says nothing of how to train: add \`retrain\``,
    );
  const { webUi, receivers } = deps;
  const { runId } = Context.current().info.workflowExecution ?? {};
  return {
    spec,
    plan: planRetrain(spec.retrain),
    receivers: spec.notify?.map(planReceiver) ?? (await receivers?.()) ?? [],
    newest: await newestVersion(deps.mlflow, spec.model),
    link: webUi ? `${webUi}/workflows/${retrainWorkflowId(input.target, input.endpoint)}/${runId}` : null,
  };
}

async function specOf({ pool }: Deps, input: RetrainInput): Promise<RolloutSpec> {
  const given = input.spec ?? (await lastSpec(pool, input));
  if (!given)
    throw failure(
      'InvalidSpec',
      `the ledger knows no specification of ${placeOf(input)}: name one with \`slipway retrain ${placeOf(input)} -f rollout.yaml\``,
    );
  const reading = checkSpec(given);
  if ('faults' in reading) {
    const lines = reading.faults.map(({ path, message }) => `${path}: ${message}`);
    throw failure('InvalidSpec', `the specification has ${lines.length} fault(s): ${lines.join('; ')}`);
  }
  const { target = 'local', endpoint } = reading.spec;
  if (target !== input.target || endpoint !== input.endpoint)
    throw failure('InvalidSpec', `the specification is for ${target}/${endpoint}, not for ${placeOf(input)}`);
  return reading.spec;
}

function placeOf({ target, endpoint }: RetrainInput): string {
  return `${target}/${endpoint}`;
}
