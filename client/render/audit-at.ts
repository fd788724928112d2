import { paint } from '../terminal.ts';
import { percent } from '../../domain/render-details.ts';
import { REASONS } from '../../domain/reasons.ts';
import { versionName } from '../../domain/ids.ts';
import type { AuditAt } from '../audit/read.ts';
import type { RowRef, ServingArm, ServingAt } from '../audit/serving-at.ts';
import type { Lineage } from '../../domain/model-version.ts';

/** What served, why, and who let it in, for a person to read out. */
export function renderServing({ target, endpoint, at, serving, begins }: AuditAt): string {
  const title = paint.bold(`${target}/${endpoint} at ${at}`);
  if (serving) return `${[title, ...story(serving)].join('\n')}\n`;
  const why = begins === null ? 'it has no ledger' : `its ledger begins at ${begins}`;
  return `${title}\n  nothing is known of that time: ${why}\n`;
}

function story({ arms, mirrors, since, verdict, people, ended }: ServingAt): string[] {
  return [
    ...(arms.length === 0 ? ['  nothing served: the route was empty'] : arms.flatMap(armLines)),
    ...mirrors.map(
      (mirror) => `  ${mirror.percent} % copied to ${versionName(mirror.version)}, whose answers nobody saw`,
    ),
    `  since ${when(since)}: ${REASONS[since.reason]} (${since.rolloutId}, ${since.step ?? since.stage}, row ${since.seq})`,
    ...(verdict
      ? [`  on the verdict of ${when(verdict)}: ${verdict.decision}, ${verdict.summary} (${verdict.algorithm})`]
      : []),
    ...people.map(
      (act) => `  ${when(act)}: ${REASONS[act.reason]}, by ${whoOf(act)}${act.message ? `: ${act.message}` : ''}`,
    ),
    ended ? `  that rollout had ended: ${REASONS[ended.reason]}` : '  that rollout was still under way',
    paint.dim('  `slipway audit verify` shows whether these rows are as they were written'),
  ];
}

function armLines({ version, weight, pinned, broughtBy }: ServingArm): string[] {
  const name = pinned ? `${pinned.model} version ${pinned.version}` : version;
  const from = broughtBy ? `, brought by ${broughtBy.rolloutId} for ${whoOf(broughtBy)}` : '';
  return [
    `  ${percent(weight)} of live traffic: ${name}${from}`,
    ...(pinned ? [`    content ${pinned.digest}`] : []),
    ...(broughtBy?.lineage ? [`    ${lineageOf(broughtBy.lineage)}`] : []),
  ];
}

function lineageOf({ runId, runName, gitCommit, user, datasets }: Lineage): string {
  const data = datasets.map(({ name, digest }) => `${name} ${digest}`).join(', ');
  return `run ${runName ?? runId ?? 'unknown'}, commit ${gitCommit ?? 'unknown'}, by ${user ?? 'unknown'}${data ? `, on ${data}` : ''}`;
}

function whoOf({ actor }: RowRef): string {
  return actor.proof === 'asserted' ? `${actor.name} (asserted)` : actor.name;
}

function when({ effectiveAt }: RowRef): string {
  return `${effectiveAt.slice(0, 19).replace('T', ' ')} UTC`;
}
