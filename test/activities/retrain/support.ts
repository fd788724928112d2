import { planRetrain, type RetrainSpec } from '../../../domain/retrain.ts';
import type { TrainModel } from '../../../activities/retrain/job.ts';

/** A job as the workflow asks for it. */
export function asked(spec: RetrainSpec, retrainId = 'local.digits.1'): TrainModel {
  return { target: 'local', endpoint: 'digits', model: 'digits', retrainId, plan: planRetrain(spec), newest: 0 };
}

/** A job that is a line of shell. */
export function shell(
  script: string,
  more: Partial<RetrainSpec> & { job?: Partial<RetrainSpec['job']> } = {},
): TrainModel {
  return asked({ ...more, job: { command: ['sh', '-c', script], ...more.job } });
}
