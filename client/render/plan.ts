import { columns } from './columns.ts';
import { formatDuration } from '../../domain/duration.ts';
import { formatCount, formatMilliseconds, formatShare } from './numbers.ts';
import { paint } from '../terminal.ts';
import { percent } from '../../domain/render-details.ts';
import { planCautions, planTimes } from '../plan-summary.ts';
import type { GatePlan, PlannedMetric, RolloutPlan } from '../../domain/plan.ts';
import type { GatePlanCheck, StepNeed } from '../../gates/plan-check.ts';

/** Everything a rollout will do and by which rules, before anything is started. */
export function renderPlan(plan: RolloutPlan, { needs, warnings }: GatePlanCheck): string {
  const times = planTimes(plan, needs);
  const { approvals } = times;
  const asks =
    approvals === 0
      ? ''
      : `, and ${approvals === 1 ? 'an approval' : `${approvals} approvals, each`} within ${formatDuration(plan.approvalTimeoutMs)}`;
  const atMost =
    times.atMostMs === null ? 'without a limit, because a gate extends' : `at most ${formatDuration(times.atMostMs)}`;
  const lines = [
    `${paint.bold(`${plan.model} ${plan.version}`)} → ${plan.target}/${plan.endpoint}`,
    '',
    ...columns(stageRows(plan, needs)),
    '',
    `${paint.bold('takes')} at least ${formatDuration(times.atLeastMs)}, ${atMost}${asks}`,
    '',
    paint.bold('gates'),
    ...columns(gateRows(plan.gates)),
    '  needs above are those of a candidate exactly as good as stable',
    ...gateNotes(plan.gates),
    '',
    paint.bold('settings'),
    ...columns(settingRows(plan)),
    ...[...planCautions(plan), ...warnings].map((caution) => `${paint.warn('!')} ${caution}`),
  ];
  return `${lines.join('\n')}\n`;
}

type Row = readonly string[];

function stageRows(plan: RolloutPlan, needs: readonly StepNeed[]): Row[] {
  const { build, soak } = plan;
  return [
    ['build', 'start the candidate and ask it for its own example', `at most ${formatDuration(build.timeoutMs)}`],
    ...validateRows(plan),
    ...shadowRows(
      plan,
      needs.find(({ stage }) => stage === 'shadow'),
    ),
    ...canaryRows(
      plan,
      needs.filter(({ stage }) => stage === 'canary'),
    ),
    [`full${asked(plan, 'full')}`, 'all traffic, then the registry alias', ''],
    soak
      ? ['soak', `judged every ${formatDuration(soak.windowMs)}, stable kept ready`, formatDuration(soak.durationMs)]
      : ['soak', paint.dim('left out: stable is stopped at once'), ''],
  ];
}

function canaryRows(plan: RolloutPlan, needs: readonly StepNeed[]): Row[] {
  const { steps, maxDurationMs, onInconclusive } = plan.canary;
  if (steps.length === 0) return [['canary', paint.dim('left out: from shadow straight to all traffic'), '']];
  return steps.map(({ weight, minDurationMs, approval }, index) => [
    index === 0 ? `canary${asked(plan, 'canary')}` : '',
    `${percent(weight)} of live traffic${needOf(needs[index], 'requests')}${approval ? ', after approval' : ''}`,
    `at least ${formatDuration(minDurationMs)}, at most ${formatDuration(maxDurationMs)}; undecided: ${onInconclusive}`,
  ]);
}

/** What a candidate as good as stable needs to get through. */
function needOf(need: StepNeed | undefined, what: string): string {
  if (!need) return '';
  if (need.requests === null)
    return `, ${paint.bad(`not proved by any number of ${what} (${need.slowest.join(', ')})`)}`;
  const time = need.durationMs === null ? '' : `, ${formatDuration(need.durationMs)} at your rate`;
  return `, needs ${formatCount(need.requests)} ${what}${time}`;
}

function validateRows({ validate }: RolloutPlan): Row[] {
  if (!validate) return [['validate', paint.dim('left out: no validation set is named'), '']];
  const { data, task, margin, limits, slices, reproduce, timeoutMs } = validate;
  const metric = task === 'classification' ? 'accuracy' : 'R²';
  const extra = [
    ...Object.entries(limits).map(([name, limit]) => `${name} limit ${limit}`),
    ...slices.map((slice) => `slice "${slice.name}" (${slice.where}): at most ${slice.margin} below`),
    ...Object.entries(reproduce).map(([name, difference]) => `${name} of the training reproduced within ${difference}`),
  ];
  return [
    [
      'validate',
      `${data.source}, column "${data.label}": ${metric} at most ${margin} below stable's`,
      `at most ${formatDuration(timeoutMs)}`,
    ],
    ...extra.map((line) => ['', line, '']),
  ];
}

function shadowRows(plan: RolloutPlan, need: StepNeed | undefined): Row[] {
  const { shadow } = plan;
  if (!shadow) return [['shadow', paint.dim('left out'), '']];
  const what = `${shadow.percent} % of live requests copied, at most ${formatShare(shadow.maxDisagreement)} differing${needOf(need, 'pairs')}`;
  return [
    [
      `shadow${asked(plan, 'shadow')}`,
      what,
      `at most ${formatDuration(shadow.maxDurationMs)}; undecided: ${shadow.onInconclusive}`,
    ],
  ];
}

function asked({ approval }: RolloutPlan, stage: RolloutPlan['approval'][number]): string {
  return approval.includes(stage) ? ' (after approval)' : '';
}

function gateRows({ accuracy, errors, latency, rejected }: GatePlan): Row[] {
  const row = (name: string, { margin, required }: PlannedMetric, ratio: boolean) => [
    `  ${name}`,
    ratio ? `at most ${formatShare(margin)} slower` : `at most ${formatShare(margin)} more`,
    required ? 'must be proved to go on' : 'can only roll back',
  ];
  return [
    row('errors', errors, false),
    row('rejected', rejected, false),
    row('latency p50', latency.p50, true),
    row('latency p95', latency.p95, true),
    row('latency p99', latency.p99, true),
    [
      '  accuracy',
      `at most ${formatShare(accuracy.margin)} less`,
      accuracy.required ? 'must be proved to go on' : 'can only roll back',
    ],
  ];
}

function gateNotes({ alpha, beta, limits }: GatePlan): string[] {
  const p99 = limits.p99Ms === null ? '' : `, p99 ${formatMilliseconds(limits.p99Ms)}`;
  return [
    `  a harmless candidate is rolled back with a chance of at most ${formatShare(alpha)}, one worse than a margin is promoted with at most ${formatShare(beta)}`,
    `  without a stable to compare with, and in the soak: errors at most ${formatShare(limits.errorRate)}${p99}`,
  ];
}

function settingRows({ serving, runtime, stickyHeader, maxBlindMs, notify }: RolloutPlan): Row[] {
  const { capture } = serving;
  const server = runtime.kind === 'mlflow' ? 'mlflow' : runtime.command.join(' ');
  return [
    ['  server', server],
    [
      '  prediction',
      `at most ${formatDuration(serving.timeoutMs)}, ${serving.retry ? 'retried on stable' : 'not retried'}`,
    ],
    ['  users', stickyHeader ? `stay on one version, by ${stickyHeader}` : 'not told apart'],
    [
      '  evidence',
      `a batch every ${formatDuration(serving.batchMs)}; without any for ${formatDuration(maxBlindMs)}: back, and held`,
    ],
    [
      '  capture',
      `${formatShare(capture.sample)} of bodies kept ${capture.retentionDays} days${capture.redact.length > 0 ? `, without ${capture.redact.join(', ')}` : ''}`,
    ],
    ['  notify', notify.length === 0 ? 'nobody' : notify.map(({ webhook }) => webhook).join(', ')],
  ];
}
