import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type {
  RetrainInput,
  RetrainOutcome,
  RetrainPhase,
  RetrainResult,
  RetrainStatus,
  StartedRollout,
} from '../../domain/retrain-state.ts';
import { ATTRIBUTES } from '../messages.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What people see of a retraining: the query, the Web UI's panel and the search attribute for its stage. */
export class RetrainProgress {
  readonly status: Writable<RetrainStatus>;

  constructor(retrainId: string, { target, endpoint, by, reason }: RetrainInput) {
    this.status = {
      ...{ retrainId, target, endpoint, model: null, by: by ?? null, reason: reason ?? null },
      ...{
        phase: 'preparing',
        outcome: null,
        version: null,
        rollout: null,
        detail: '',
        log: null,
        cooldownUntil: null,
      },
    };
  }

  get result(): RetrainResult {
    const { retrainId, outcome, version, rollout, detail, log } = this.status;
    return { retrainId, outcome, version, rollout, detail, log };
  }

  phase(phase: RetrainPhase, known: Partial<RetrainStatus> = {}): void {
    Object.assign(this.status, known, { phase });
    upsertSearchAttributes([{ key: ATTRIBUTES.stage, value: phase }]);
    setCurrentDetails(render(this.status));
  }

  /** How it ended, before the cool-down. */
  end(outcome: RetrainOutcome, rollout: StartedRollout | null): void {
    Object.assign(this.status, { outcome, rollout });
    upsertSearchAttributes([{ key: ATTRIBUTES.outcome, value: outcome }]);
    setCurrentDetails(render(this.status));
  }
}

function render({ phase, outcome, detail, version, rollout, log, cooldownUntil, by, reason }: RetrainStatus): string {
  const lines = [
    `**${outcome ? `${outcome}, ` : ''}${phase}**${detail && ` · ${detail}`}`,
    `for ${by ?? 'unknown'}${reason === null ? '' : `: ${reason}`}`,
    version === null ? '' : `version ${version}`,
    rollout === null ? '' : `rolled out by ${rollout.workflowId}, run ${rollout.runId}`,
    log === null ? '' : `log on the worker: ${log}`,
    cooldownUntil === null ? '' : `findings start the next one from ${cooldownUntil} on; signal \`again\` does at once`,
  ];
  return lines.filter((line) => line !== '').join('\n\n');
}
