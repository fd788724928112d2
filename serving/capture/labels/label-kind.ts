import type { LossBound } from './losses.ts';
import type { JudgedLabel } from './judged.ts';
import { NO_BOUND, learnBound } from './losses.ts';
import { isYes } from './confusion.ts';

/** What is known of an endpoint's labels from all that were judged: it tells classes from measurements, and yes from no. */
export interface LabelKind {
  /** Labels so far, counted up to what it takes. */
  readonly seen: number;
  /** Every label and every prediction so far was a yes or a no. */
  readonly areYesOrNo: boolean;
  /** Every one was a number; and at least one had a fraction, which ids of classes never have. */
  readonly areNumbers: boolean;
  readonly haveFractions: boolean;
  readonly losses: LossBound;
}

export const NO_LABELS: LabelKind = {
  seen: 0,
  areYesOrNo: true,
  areNumbers: true,
  haveFractions: false,
  losses: NO_BOUND,
};

/** Labels before "all of them were 0 or 1" means that there are no other classes. */
const LEAST_LABELS = 30;

/** The kind after more labels; `stable` is the version whose errors bound the losses. */
export function learnKind(kind: LabelKind, labels: readonly JudgedLabel[], stable: string | null): LabelKind {
  if (labels.length === 0) return kind;
  const values = labels.flatMap(({ label, value }) => [label, value]);
  const learnt = {
    seen: Math.min(kind.seen + labels.length, LEAST_LABELS),
    areYesOrNo: kind.areYesOrNo && values.every((value) => isYes(value) !== null),
    areNumbers: kind.areNumbers && values.every((value) => typeof value === 'number'),
    haveFractions: kind.haveFractions || values.some((value) => typeof value === 'number' && !Number.isInteger(value)),
  };
  const ofStable = labels.filter(({ version }) => version === stable);
  const isMeasured = learnt.areNumbers && learnt.haveFractions;
  return { ...learnt, losses: isMeasured ? learnBound(kind.losses, ofStable) : kind.losses };
}

export function isBinary({ seen, areYesOrNo }: LabelKind): boolean {
  return areYesOrNo && seen >= LEAST_LABELS;
}

/** The bound of absolute errors, where labels are measurements and stable's earlier ones have told it. */
export function boundOf({ areNumbers, haveFractions, losses }: LabelKind): number | null {
  return areNumbers && haveFractions ? losses.bound : null;
}
