import { retrainWorkflowId } from '../../../domain/ids.ts';
import type { Dossier } from '../../endpoint/dossier.ts';
import { retrainLine } from '../../render/retraining.ts';
import { html, type Part } from '../html.ts';
import { facts, told } from '../parts.ts';
import { scheduled } from './scheduled.ts';

/** The last retraining, and when the next one is set for. */
export function retrainingSection({ retraining, schedules, target, endpoint, webUi }: Dossier): Part {
  return facts([
    ['last', retraining === null ? 'none was ever begun' : told(retraining, retrainLine)],
    [
      'for',
      retraining !== null &&
        told(retraining, ({ status }) => status && [status.by, status.reason].filter(Boolean).join(': ')),
    ],
    ['schedule', scheduled(schedules, 'retrain')],
    [
      'look',
      retraining !== null &&
        webUi !== null &&
        html`<a href="${webUi}/${retrainWorkflowId(target, endpoint)}">Web UI</a>`,
    ],
  ]);
}
