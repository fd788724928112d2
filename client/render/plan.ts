import { columns } from './columns.ts';
import { findingLines } from './plan-findings.ts';
import { formatDuration } from '../../domain/duration.ts';
import { formatShare } from './numbers.ts';
import { gateNotes, gateRows, powerRows } from './plan-gates.ts';
import { paint } from '../terminal.ts';
import { stageRows, type StageRow } from './plan-stages.ts';
import { wrap } from './wrap.ts';
import type { PlanReport } from '../plan-report.ts';
import { describeRetrain } from '../../domain/retrain.ts';
import { receiverName } from '../../domain/receivers.ts';
import { userKeyOf, type RolloutPlan } from '../../domain/plan.ts';
import { describeUserKey } from '../../domain/user-key.ts';

/** Everything a rollout will do and by which rules, what is to be expected of it, and what cannot work out. */
export function renderPlan(report: PlanReport, width: number): string {
  const { plan, needs, power, errors, cautions, traffic } = report;
  const indented = (line: string) => `  ${line}`;
  const note = (text: string) => wrap(`  ${text}`, { width, indent: '  ' });
  const lines = [
    `${paint.bold(`${plan.model} ${plan.version}`)} → ${plan.target}/${plan.endpoint}`,
    ...wrap(`${paint.bold('traffic')}  ${report.trafficNote}`, { width, indent: '         ' }),
    '',
    ...columns(stageRows(plan, needs, traffic).flatMap((row) => folded(row, width))),
    '',
    ...wrap(`${paint.bold('takes')} ${takes(report)}`, { width, indent: '  ' }),
    '',
    paint.bold('gates'),
    ...columns(gateRows(plan.gates)).map(indented),
    ...gateNotes(plan.gates).flatMap(note),
    ...(power.length === 0 ? [] : ['', `${paint.bold('bad candidates')} in simulated canaries, by twice the margins`]),
    ...columns(powerRows(plan.gates, power)).map(indented),
    '',
    paint.bold('settings'),
    ...columns(settingRows(plan)).map(indented),
    ...(errors.length + cautions.length > 0 ? [''] : []),
    ...findingLines(errors, paint.bad('✗'), width),
    ...findingLines(cautions, paint.warn('!'), width),
    ...(errors.length === 0 ? [] : ['', refusal(errors.length)]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Width of the first column and the last one. */
const AROUND = 38;

/** What happens in a stage in as many lines as it takes. */
function folded([stage, what, time]: StageRow, width: number): StageRow[] {
  const [first = '', ...rest] = wrap(what, { width: width - AROUND, indent: '  ' });
  return [[stage, first, time], ...rest.map((line): StageRow => ['', line, ''])];
}

function refusal(faults: number): string {
  return paint.bad(
    `with ${faults === 1 ? 'this fault' : `these ${faults} faults`} the rollout cannot decide as planned`,
  );
}

function takes({ plan, times }: PlanReport): string {
  const { approvals, atLeastMs, atMostMs } = times;
  const most = atMostMs === null ? 'without a limit, because a gate extends' : `at most ${formatDuration(atMostMs)}`;
  const asks = approvals === 1 ? 'an approval' : `${approvals} approvals, each`;
  const within = approvals === 0 ? '' : `, and ${asks} within ${formatDuration(plan.approvalTimeoutMs)}`;
  return `at least ${formatDuration(atLeastMs)} for a candidate as good as stable, ${most}${within}`;
}

function settingRows(plan: RolloutPlan): string[][] {
  const { serving, runtime, maxBlindMs, notify, retrain } = plan;
  const { capture } = serving;
  const users = userKeyOf(plan);
  const server = 'command' in runtime ? runtime.command.join(' ') : runtime.kind;
  const retried = serving.retry ? 'retried on stable' : 'not retried';
  const without = capture.redact.length > 0 ? `, without ${capture.redact.join(', ')}` : '';
  return [
    ['server', server],
    ['prediction', `at most ${formatDuration(serving.timeoutMs)}, ${retried}`],
    ['users', users ? `stay on one version, by ${describeUserKey(users)}` : 'not told apart'],
    [
      'evidence',
      `a batch every ${formatDuration(serving.batchMs)}; without any for ${formatDuration(maxBlindMs)}: back, and held`,
    ],
    ['capture', `${formatShare(capture.sample)} of bodies kept ${capture.retentionDays} days${without}`],
    ['notify', notify.length === 0 ? 'nobody named here' : notify.map(receiverName).join(', ')],
    ...(retrain ? [['retraining', describeRetrain(retrain)]] : []),
  ];
}
