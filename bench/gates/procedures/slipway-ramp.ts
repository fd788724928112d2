import type { BatchLine } from '../../../gates/session/protocol.ts';
import type { GateBatch } from '../../../domain/gate-batch.ts';
import type { Procedure } from './procedure.ts';
import type { RampPlan } from '../../../domain/ramp.ts';
import { FULL_WEIGHT } from '../../../domain/route.ts';
import { calibrate, judgeBatch, openSession } from '../../../gates/session/session.ts';
import { firstWeight, lastWeight, leastNext } from '../../../domain/ramp.ts';
import { isOutOfBudget, nextWeight } from '../../../gates/ramp/allowance.ts';
import { observeRamp, openRamp } from '../../../gates/ramp/ramp.ts';
import { planRollout } from '../../../domain/plan.ts';

const MINUTE = 60_000;
const VERSIONS = { candidate: 'candidate', stable: 'stable' };
const { gates: PLAN, canary } = planRollout({ endpoint: 'bench', model: 'bench' });

/** Above this odds against it the candidate gets no more traffic. */
const DOUBT = 2;

/**
 * Slipway's gate with weights from its risk-bounded ramp, at the defaults of a specification.
 *
 * A weight is held for a minute at least and raised as far as the budget allows while no metric speaks against the candidate.
 * From the last of them on, the load step takes the same proof as promotion at a fixed weight, and so does what follows on it.
 * The first weight depends on the traffic of the last calibration window, or else of the first minute, at the finest weight.
 * A candidate whose budget is spent goes back, undecided.
 */
export const SLIPWAY_RAMP: Procedure = {
  name: 'Slipway, risk-bounded ramp',
  open: (config, calibration) => {
    const ramp = rampPlan();
    let session = calibration.reduce(calibrate, openSession(config));
    let spending = openRamp(PLAN);
    const traffic = calibration.map(({ replicas }) => replicas.reduce((sum, { n }) => sum + n, 0)).at(-1) ?? null;
    let weight = firstWeight(ramp, traffic, MINUTE);
    let isMeasured = traffic !== null;
    return {
      weight: () => weight / FULL_WEIGHT,
      look: (batch) => {
        const judged = judgeBatch(session, batch);
        session = judged.session;
        spending = observeRamp(spending, sealed(batch), VERSIONS);
        const { decision, metrics } = judged.reply;
        if (decision === 'rollback') return decision;
        if (!isMeasured) {
          isMeasured = true;
          weight = firstWeight(ramp, batch.stable.n + batch.candidate.n, MINUTE);
          return 'continue';
        }
        const step = { weight, plan: PLAN };
        if (isOutOfBudget(spending, ramp, step)) return 'hold';
        if (weight >= lastWeight(ramp)) return decision;
        const doubted = metrics.some(({ against }) => against >= DOUBT);
        const next = nextWeight(spending, ramp, step);
        const passed = weight >= ramp.maxWeight ? decision === 'promote' : !doubted && next >= leastNext(ramp, weight);
        if (passed) weight = next;
        return 'continue';
      },
    };
  },
};

function rampPlan(): RampPlan {
  if (!canary.ramp) throw new Error('a specification without steps has a ramp');
  return canary.ramp;
}

/** The counts of a batch line that a ramp reads, as a sealed batch of one minute. */
function sealed({ t, stable, candidate }: BatchLine): GateBatch {
  const arm = (version: string, { n, errors }: BatchLine['stable']) => ({
    version,
    n,
    errors,
    timeouts: 0,
    rejected: 0,
    latency: [],
    users: null,
  });
  return {
    endpoint: 'bench',
    fence: { epoch: 1, sequence: 1 },
    index: t,
    opened: new Date((t - 1) * MINUTE).toISOString(),
    sealed: new Date(t * MINUTE).toISOString(),
    arms: [arm('candidate', candidate), arm('stable', stable)],
    pairs: [],
    labels: [],
    lost: 0,
    hash: '',
  };
}
