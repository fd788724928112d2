import { affordableRate } from '../../gates/ramp/affordable.ts';
import { formatCount, formatShare } from './numbers.ts';
import { formatDuration } from '../../domain/duration.ts';
import { describePull } from '../../domain/outcome-pull.ts';
import { FINDING_KINDS } from '../../domain/monitor.ts';
import { HANDFUL, type RampPlan } from '../../domain/ramp.ts';
import { listed } from '../../gates/plan/finding.ts';
import { paint } from '../terminal.ts';
import { percent } from '../../domain/render-details.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import type { StepNeed } from '../../gates/plan/step-needs.ts';
import type { Traffic } from '../../gates/plan/traffic.ts';

/** Name of the stage, what happens in it, and how long it takes. */
export type StageRow = readonly [stage: string, what: string, time: string];

/** Every stage that a rollout goes through, with what a candidate as good as stable takes. */
export function stageRows(plan: RolloutPlan, needs: readonly StepNeed[], traffic: Traffic | null): StageRow[] {
  const { build } = plan;
  const of = (stage: StepNeed['stage']) => needs.filter((need) => need.stage === stage);
  return [
    ['build', 'start the candidate and ask it for its own example', `at most ${formatDuration(build.timeoutMs)}`],
    ...validateRows(plan),
    ...shadowRows(plan, of('shadow')[0]),
    ...canaryRows(plan, of('canary')),
    ...abRows(plan),
    ['full', 'all traffic, then the registry alias', ''],
    ...approvalRow(plan, 'full'),
    ...soakRows(plan, traffic),
    ...monitorRows(plan),
    ...outcomesRows(plan),
  ];
}

function validateRows({ validate }: RolloutPlan): StageRow[] {
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
    ...extra.map((line): StageRow => ['', line, '']),
  ];
}

function shadowRows(plan: RolloutPlan, need: StepNeed | undefined): StageRow[] {
  const { shadow } = plan;
  if (!shadow) return [['shadow', paint.dim('left out'), '']];
  const { maxDurationMs, onInconclusive } = shadow;
  return [
    ['shadow', `${shadow.percent} % of live requests copied${needOf(need, 'pairs')}`, timeOf(need, maxDurationMs)],
    ...approvalRow(plan, 'shadow'),
    [
      '',
      `at most ${formatShare(shadow.maxDisagreement)} of answers may differ`,
      limitOf(maxDurationMs, onInconclusive),
    ],
  ];
}

function canaryRows(plan: RolloutPlan, needs: readonly StepNeed[]): StageRow[] {
  const { steps, ramp, maxDurationMs, onInconclusive } = plan.canary;
  if (!ramp && steps.length === 0) return [['canary', paint.dim('left out: from shadow straight to all traffic'), '']];
  const first = ramp ? rampRows(plan, ramp) : [];
  const rows = needs.map((need, i): StageRow => {
    const approval = steps[i]?.approval ? ', after approval' : '';
    const own = ramp?.minDurationMs ?? steps[i]?.minDurationMs ?? 0;
    return ['', `${percent(need.weight)}${needOf(need, 'requests')}${approval}`, timeOf(need, maxDurationMs, own)];
  });
  const all = [...first, ...approvalRow(plan, 'canary'), ...rows];
  const last: StageRow = ['', 'each of them', limitOf(maxDurationMs, onInconclusive)];
  return [...all, last].map(([, what, time], i): StageRow => [i === 0 ? 'canary' : '', what, time]);
}

function abRows({ ab }: RolloutPlan): StageRow[] {
  if (!ab) return [];
  const { weight, arms = [], metrics, windowMs, minDurationMs, maxDurationMs, decide, onUndecided } = ab;
  const metricRows = metrics.map(({ name, kind, goal, minEffect }, place): StageRow => {
    const what = kind === 'conversion' ? `share of users with "${name}"` : `"${name}" a user`;
    const least = minEffect > 0 ? `, by ${kind === 'conversion' ? formatShare(minEffect) : minEffect} or more` : '';
    return ['', `${what}: ${place === 0 ? `is to ${goal}${least}` : 'must not get worse'}`, ''];
  });
  return [
    [
      'ab',
      `${percent(weight)} of users, each counted ${formatDuration(windowMs)} after its first request`,
      `at least ${formatDuration(minDurationMs)}`,
    ],
    ...arms.map((arm): StageRow => [
      '',
      `${percent(arm.weight)} of them on version ${arm.version}, which is not rolled out`,
      '',
    ]),
    ...metricRows,
    [
      '',
      decide === 'rule' ? 'a winner goes on by itself' : 'goes on after approval of "ab"',
      limitOf(maxDurationMs, onUndecided),
    ],
  ];
}

function rampRows({ gates }: RolloutPlan, ramp: RampPlan): StageRow[] {
  const affordable = affordableRate(ramp, gates);
  const enough =
    affordable === null ? [] : [`enough as long as at most ${formatShare(affordable)} of stable's are bad`];
  return [
    `about ${HANDFUL} requests of a batch at first, then as evidence allows`,
    `costs at most ${formatCount(ramp.badExposure)} bad responses beyond stable's own`,
    ...enough,
  ].map((line): StageRow => ['', line, '']);
}

function soakRows({ soak }: RolloutPlan, traffic: Traffic | null): StageRow[] {
  if (!soak) return [['soak', paint.dim('left out: stable is stopped at once'), '']];
  const requests = traffic ? (traffic.requestsPerSecond * soak.durationMs) / 1_000 : null;
  const about = requests === null ? '' : `: about ${formatCount(Number(requests.toPrecision(2)))} requests`;
  return [
    [
      'soak',
      `judged every ${formatDuration(soak.windowMs)}, stable kept ready${about}`,
      formatDuration(soak.durationMs),
    ],
  ];
}

function monitorRows({ monitor }: RolloutPlan): StageRow[] {
  if (!monitor) return [['monitor', paint.dim('left out: nobody looks after the rollout'), '']];
  const { windowMs, policy, errors, latency } = monitor;
  const own = FINDING_KINDS.filter((kind) => policy[kind] !== 'notify').map((kind) => `${policy[kind]} on ${kind}`);
  const p99 = latency.p99Ms === null ? '' : `, p99 of ${latency.p99Ms} ms`;
  const rows = [
    `judged every ${formatDuration(windowMs)} against its own past and a limit of ${formatShare(errors.max)} errors${p99}`,
    own.length > 0 ? `${listed(own, 'and')}, else notify` : 'people are told of what is found, nothing else is done',
  ];
  return rows.map((what, i) => [i === 0 ? 'monitor' : '', what, i === 0 ? 'as long as it serves' : '']);
}

function outcomesRows({ outcomes }: RolloutPlan): StageRow[] {
  if (!outcomes) return [];
  return [['outcomes', `read ${describePull(outcomes)}`, 'from the start of the rollout']];
}

function approvalRow({ approval }: RolloutPlan, stage: RolloutPlan['approval'][number]): StageRow[] {
  return approval.includes(stage) ? [['', 'begins after approval', '']] : [];
}

/** What a candidate as good as stable needs to get through. */
function needOf(need: StepNeed | undefined, what: string): string {
  if (!need) return '';
  const { requests, slowest, expected } = need;
  if (requests === null) return `: ${paint.bad(`never passes, for ${listed(slowest, 'and')}`)}`;
  const proof = slowest.length === 0 ? '' : ` for ${listed(slowest, 'and')}`;
  const come = expected !== null && expected > requests ? ` of about ${formatCount(expected)}` : '';
  return `: needs ${formatCount(requests)}${come} ${what}${proof}`;
}

function timeOf(need: StepNeed | undefined, limitMs: number, leastMs = 0): string {
  const ms = need?.durationMs ?? null;
  if (ms !== null) return ms > limitMs ? paint.bad(`${formatDuration(ms)}, too long`) : formatDuration(ms);
  return leastMs > 0 ? `at least ${formatDuration(leastMs)}` : '';
}

function limitOf(ms: number, policy: string): string {
  return `at most ${formatDuration(ms)}, then ${policy}`;
}
