import { percent } from '../../../domain/render-details.ts';
import { REASONS } from '../../../domain/reasons.ts';
import { FULL_WEIGHT } from '../../../domain/route.ts';
import type { AuditAt } from '../../audit/read.ts';
import type { RowRef, ServingArm } from '../../audit/serving-at.ts';
import { html, type Html, type Part } from '../html.ts';
import { facts, note } from '../parts.ts';
import { moment } from '../words.ts';
import { versionName } from '../../../domain/ids.ts';

/** What serves now, on what evidence, and who let it in. */
export function servingSection({ serving, begins }: AuditAt): Part {
  if (serving === null)
    return note(begins === null ? 'It has no ledger.' : html`Its ledger begins at ${moment(begins)}.`);
  const { arms, mirrors, since, verdict, people, ended } = serving;
  if (arms.length === 0) return note('Nothing is served: the route is empty.');
  return [
    html`<ul class="split">
      ${arms.map(
        ({ version, weight }) =>
          html`<li style="flex-grow: ${weight}"><b>${versionName(version)}</b> ${percent(weight)}</li>`,
      )}
    </ul>`,
    ...arms.map(arm),
    facts([
      ['since', html`${moment(since.effectiveAt)}: ${REASONS[since.reason]}, ${reference(since)}`],
      ['on the verdict', verdict && html`${verdict.decision}: ${verdict.summary} <code>${verdict.algorithm}</code>`],
      [
        'people',
        people.length > 0 &&
          html`<ul>
            ${people.map(act)}
          </ul>`,
      ],
      [
        'copies',
        mirrors.length > 0 &&
          mirrors.map((to) => `${to.percent} % of requests to ${versionName(to.version)}`).join(', '),
      ],
      ['its rollout', ended ? REASONS[ended.reason] : 'is under way'],
    ]),
  ];
}

function arm({ version, weight, pinned, broughtBy }: ServingArm): Html {
  const { runId, gitCommit, user, datasets = [] } = broughtBy?.lineage ?? {};
  const name = pinned ? `${pinned.model} version ${pinned.version}` : version;
  return html`<h3>${name}${weight < FULL_WEIGHT && html`, ${percent(weight)}`}</h3>
    ${facts([
      ['content', pinned && html`<code>${pinned.digest}</code>`],
      ['trained', runId ? html`run <code>${runId}</code>${user ? ` by ${user}` : ''}` : null],
      ['commit', gitCommit ? html`<code>${gitCommit}</code>` : null],
      ['data', datasets.map((set) => `${set.name} ${set.digest}`).join(', ')],
      [
        'brought by',
        broughtBy &&
          html`${reference(broughtBy)}${broughtBy.actor.proof === 'system' ? null : ` for ${broughtBy.actor.name}`}`,
      ],
    ])}`;
}

function reference({ rolloutId, step, stage, seq }: RowRef): Html {
  return html`<code>${rolloutId}</code>, ${step ?? stage}, row ${seq} of the ledger`;
}

function act({ effectiveAt, reason, actor, message }: RowRef): Html {
  const proof = actor.proof === 'asserted' ? ' (asserted)' : '';
  return html`<li>
    ${moment(effectiveAt)}: ${REASONS[reason]}, by ${actor.name}${proof}${message === null ? '' : `: ${message}`}
  </li>`;
}
