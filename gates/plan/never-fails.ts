import type { GateQuestion } from '../../domain/gate-question.ts';
import type { PlanFinding } from './finding.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import { CANDIDATE, STABLE, shadowGates } from './questions.ts';
import { FULL_WEIGHT } from '../../domain/route.ts';
import { cleanBatch, expectedOf } from '../clean-run.ts';
import { firstThat } from './remedies.ts';
import { formatDuration } from '../../domain/duration.ts';
import { judge, observe, openGate } from '../gate.ts';
import { marginPath, metricsOf } from './margins.ts';

/** The population stability index of two distributions that have nothing in common, as drift/measures.ts counts it. */
const MOST_DRIFT = 18.4;

/** Gates that no candidate can fail, however bad it is. */
export function neverFails(plan: RolloutPlan): PlanFinding[] {
  const { shadow, gates, serving } = plan;
  const { limits, drift } = gates;
  const findings: (PlanFinding | false)[] = [
    ...metricsOf(gates).map(
      ({ metric, unit, margin }) =>
        unit === 'share' &&
        margin >= 1 && {
          path: marginPath(metric),
          message: `no share is worse by more than 1, so no candidate ever fails on ${metric}`,
          remedies: [{ paths: [marginPath(metric)], value: 0.1 }],
        },
    ),
    !!shadow &&
      shadow.maxDisagreement >= 1 && {
        path: 'shadow.maxDisagreement',
        message: 'no two versions differ in more than all of their answers, so the shadow compares none',
        remedies: [{ paths: ['shadow.maxDisagreement'], value: 0.5 }],
      },
    limits.errorRate >= 1 && {
      path: 'gates.limits.errorRate',
      message: 'no version has more errors than requests, so nobody goes back for errors in the soak',
      remedies: [{ paths: ['gates.limits.errorRate'], value: 0.1 }],
    },
    limits.p99Ms !== null &&
      limits.p99Ms > serving.timeoutMs && {
        path: 'gates.limits.p99Ms',
        message: `no request takes ${limits.p99Ms} ms: serving.timeout ends it after ${formatDuration(serving.timeoutMs)}`,
        remedies: [{ paths: ['gates.limits.p99Ms'], value: Math.floor(serving.timeoutMs / 2) }],
      },
    !!drift &&
      drift.margin >= MOST_DRIFT && {
        path: 'gates.drift.margin',
        message: `the index of two distributions that have nothing in common is ${MOST_DRIFT}, so no drift counts`,
        remedies: [{ paths: ['gates.drift.margin'], value: 0.25 }],
      },
    alphaOutOfReach(plan),
  ];
  return findings.filter((finding) => finding !== false);
}

const POWERS_OF_TEN = Array.from({ length: 10 }, (_, i) => Number(`1e-${10 - i}`));

/** Evidence has an end, which a false-alarm rate may lie beyond. */
function alphaOutOfReach(plan: RolloutPlan): PlanFinding | false {
  const { alpha } = plan.gates;
  const questions = deadQuestions(plan);
  const failsAt = (rate: number) =>
    questions.every((question) => deadFails({ ...question, plan: { ...question.plan, alpha: rate } }));
  if (failsAt(alpha)) return false;
  const value = firstThat(
    POWERS_OF_TEN.filter((power) => power > alpha),
    failsAt,
  );
  return {
    path: 'gates.alpha',
    message: `a candidate none of whose requests succeeds is not rolled back at ${alpha}: no evidence is that strong`,
    remedies: value === null ? [] : [{ paths: ['gates.alpha'], value }],
  };
}

function deadQuestions(plan: RolloutPlan): GateQuestion[] {
  const place = { epoch: 1, stageSequence: 1, stepSequence: 1, minDurationMs: 0 };
  // A margin with a fault of its own is another matter.
  const gates = { ...plan.gates, errors: { margin: 0.01, required: true } };
  const names = { candidate: CANDIDATE, stable: STABLE, plan: gates, shadow: plan.shadow };
  const canary = { stage: 'canary' as const, ...names, ...place, weight: 1_000, nextWeight: FULL_WEIGHT };
  return [...shadowGates({ ...plan, gates }).map(({ question }) => question), canary];
}

/** Batches after which evidence against a dead candidate grows no more; and its requests in each. */
const BATCHES = 60;
const REQUESTS = 100;

function deadFails(question: GateQuestion): boolean {
  const expected = expectedOf(null);
  let state = openGate(question);
  for (let index = 0; index < BATCHES; index += 1) {
    const clean = cleanBatch(question, { index, n: REQUESTS, before: index * REQUESTS }, expected);
    const arms = clean.arms.map((arm) => (arm.version === CANDIDATE ? { ...arm, errors: arm.n } : arm));
    const pairs = clean.pairs.map((pair) => ({ ...pair, n: 0, onlyVersionFailed: pair.n }));
    state = observe(state, { ...clean, arms, pairs });
    if (judge(state).decision === 'fail') return true;
  }
  return false;
}
