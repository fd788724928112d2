import type { Arms } from '../kinds/arms.ts';
import type { Course, Track } from '../track.ts';
import type { LossMetric, LossTotals } from '../kinds/label-losses.ts';
import type { Losses } from '../kinds/loss.ts';
import type { PlannedMetric } from '../../domain/plan.ts';
import type { Proof } from '../proof.ts';
import type { Scene } from './scene.ts';
import type { Stakes } from '../capital.ts';
import type { Standing, Status } from '../evidence.ts';
import type { TwoArms } from '../two-arms.ts';
import { EMPTY_ARMS, addArms } from '../two-arms.ts';
import { FINE, HARMLESS } from './fine.ts';
import {
  NO_LOSSES,
  clippedShares,
  labelLosses,
  lossVariances,
  rememberLosses,
  shownLosses,
} from '../kinds/label-losses.ts';
import { NO_TRACK, track } from '../track.ts';
import { asRatio, lossDifference } from '../kinds/loss.ts';
import { comparableLabels } from './comparable-labels.ts';
import { eachArm } from '../kinds/arms.ts';
import { evenStakes } from '../capital.ts';
import { ln } from '../numeric.ts';
import { lossEffect } from './effects.ts';
import { ratioMargin } from '../margin.ts';
import { standing } from '../standing.ts';

/** What is known of a loss: its track, whose counts are in units of the bound, and its totals. */
export interface KnownLoss {
  readonly track: Track | undefined;
  readonly totals: Arms<LossTotals> | undefined;
}

/** Ratio of losses beyond which more makes no difference: the wider the reach, the less a normal law holds for it. */
const REACH = 1.5;
/** Where the proof's alternatives lie, as shares of the way from the margin to "as good as stable". */
const PARTS = [0.5, 1, 2];
const STAKES: Stakes = evenStakes(PARTS.length, 0.9);

/** What is known of a loss after one more batch; as it was where no losses of both arms came. */
export function observeLosses(
  name: LossMetric,
  { track: before = NO_TRACK, totals = NO_LOSSES }: KnownLoss,
  { batch, question, users }: Scene,
  { margin: stated }: PlannedMetric,
  course: Course,
): KnownLoss | null {
  const losses = labelLosses(name, comparableLabels(batch, question), question);
  if (losses.length === 0) return null;
  const bound = Math.max(...losses.map(({ candidate }) => candidate.bound));
  const variances = lossVariances(totals, bound);
  const base = usualLoss(totals.stable, bound);
  const ratio = asRatio(lossDifference(losses, variances, REACH * base), base);
  const borne = ln(1 + HARMLESS * stated);
  const shown = raised(losses, { variances, base, margin: ratioMargin(stated, question.nextWeight) });
  const observation = {
    table: losses.map(inBounds).reduce(addArms, EMPTY_ARMS),
    likelihood: (effect: number) => ratio(borne + FINE * effect),
    lnFavour: lnFavourOf(shown),
    stakes: STAKES,
    proof: proofOf(shown),
    users,
  };
  return { track: track(before, observation, course), totals: losses.reduce(rememberLosses, totals) };
}

/** Stable's mean loss in earlier batches; before there are any, a hundredth of the bound. */
function usualLoss({ n, sum }: LossTotals, bound: number): number {
  return (sum + bound / 100) / (n + 1);
}

/** The candidate's losses divided by what they may be at most: "worse by the margin" is then "no less than stable's". */
interface Raised {
  readonly losses: readonly Arms<Losses>[];
  readonly variances: Arms<number>;
  /** What the candidate's are below stable's by if it is as good as stable, in units of the loss. */
  readonly room: number;
}

function raised(
  losses: readonly Arms<Losses>[],
  { variances, base, margin }: { readonly variances: Arms<number>; readonly base: number; readonly margin: number },
): Raised {
  const times = 1 + margin;
  return {
    losses: losses.map(({ candidate, stable }) => ({
      candidate: { ...candidate, sum: candidate.sum / times },
      stable,
    })),
    variances: { candidate: variances.candidate / (times * times), stable: variances.stable },
    room: (base * margin) / times,
  };
}

function lnFavourOf({ losses, variances, room }: Raised): number[] {
  const lnL = lossDifference(losses, variances, 2 * room);
  return PARTS.map((part) => lnL(-part * room) - lnL(0));
}

function proofOf({ losses, variances }: Raised): Proof {
  let [gain, variance] = [0, 0];
  for (const { candidate, stable } of losses) {
    const precision = 1 / (variances.candidate / candidate.n + variances.stable / stable.n);
    gain += precision * (stable.sum / stable.n - candidate.sum / candidate.n);
    variance += precision;
  }
  return { gain, variance };
}

function inBounds({ candidate, stable }: Arms<Losses>): TwoArms {
  const part = ({ sum, bound }: Losses) => sum / bound;
  return { candidateBad: part(candidate), candidate: candidate.n, stableBad: part(stable), stable: stable.n };
}

export function lossStanding(
  name: LossMetric,
  { track: known = NO_TRACK, totals = NO_LOSSES }: KnownLoss,
  { planned, alpha, ...status }: { readonly planned: PlannedMetric; readonly alpha: number } & Status,
): Standing {
  const { candidate, stable } = shownLosses(totals);
  const cut = eachArm(clippedShares(totals), (clipped) => clipped ?? 0);
  return {
    ...standing(name, known, STAKES, planned, status),
    candidate,
    stable,
    unit: 'loss',
    effect: lossEffect(totals, alpha),
    ...(cut.candidate + cut.stable > 0 && {
      detail: `${percent(cut.candidate)} of its losses and ${percent(cut.stable)} of stable's are counted as the bound`,
    }),
  };
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}
