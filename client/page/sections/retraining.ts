import { retrainWorkflowId } from '../../../domain/ids.ts';
import type { Dossier } from '../../endpoint/dossier.ts';
import { retrainLine } from '../../render/retraining.ts';
import { html, type Part } from '../html.ts';
import { facts, told } from '../parts.ts';
import { moment } from '../words.ts';

/** The last retraining, and when the next one is set for. */
export function retrainingSection({ retraining, schedule, target, endpoint, webUi }: Dossier): Part {
  return facts([
    ['last', retraining === null ? 'none was ever begun' : told(retraining, retrainLine)],
    [
      'for',
      retraining !== null &&
        told(retraining, ({ status }) => status && [status.by, status.reason].filter(Boolean).join(': ')),
    ],
    [
      'schedule',
      schedule === null
        ? 'none is set'
        : told(schedule, ({ when, paused, next }) =>
            paused ? `${when}; paused` : html`${when}${next === null ? null : html`; next ${moment(next)}`}`,
          ),
    ],
    [
      'look',
      retraining !== null &&
        webUi !== null &&
        html`<a href="${webUi}/${retrainWorkflowId(target, endpoint)}">Web UI</a>`,
    ],
  ]);
}
