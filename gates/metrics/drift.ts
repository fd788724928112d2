import type { ArmCounts, BinCounts } from '../../domain/gate-batch.ts';
import type { Arms } from '../kinds/arms.ts';
import type { DriftFinding, FeatureDrift } from '../drift/finding.ts';
import type { DriftPlan } from '../../domain/named-metrics.ts';
import type { DriftReference, DriftState } from '../drift/drift.ts';
import type { GateQuestion } from '../../domain/gate-question.ts';
import type { Standing } from '../evidence.ts';
import { NORMAL, NO_DRIFT, NO_REFERENCE, observeDrift } from '../drift/drift.ts';
import { driftFinding } from '../drift/finding.ts';
import { normalOf } from '../drift/feature.ts';
import { shownOnly } from './shown.ts';
import { stageAlpha } from '../spending.ts';
import { total } from '../drift/measures.ts';

/** Evidence of drift, and what was seen first, which counts as normal where no reference is given. */
export interface DriftMemory {
  readonly state: DriftState;
  readonly first: DriftReference;
  /** Whose bins the counts are in, where they are those of a profile. */
  readonly profile?: string;
}

const NOTHING: DriftMemory = { state: NO_DRIFT, first: NO_REFERENCE };

/** Most features, and most bins of one: what a gate remembers has a bound. */
const MOST = { inputs: 8, outputs: 4, bins: 16 } as const;
/** Values of a feature that make a reference. */
const ENOUGH = 1_000;

type Side = 'inputs' | 'outputs';

/** What is known of drift after one more batch; the version that has all traffic is `stable`. */
export function observeDistributions(
  before: DriftMemory = NOTHING,
  arms: Arms<ArmCounts>,
  {
    question,
    users,
    profile,
  }: { readonly question: GateQuestion; readonly users: number; readonly profile?: string | undefined },
): DriftMemory {
  // What was counted in other bins tells nothing of these.
  const { state, first } = before.profile === profile ? before : NOTHING;
  const bounded = { candidate: within(arms.candidate, state), stable: within(arms.stable, state) };
  return {
    state: observeDrift(state, bounded, question.reference ?? whole(first), users),
    first: question.reference
      ? first
      : { inputs: grown(first, bounded, 'inputs'), outputs: grown(first, bounded, 'outputs') },
    ...(profile !== undefined && { profile }),
  };
}

/** The features that are remembered already, and as many more as there is room for. */
function within(arm: ArmCounts, state: DriftState): ArmCounts {
  const side = (name: Side): BinCounts => {
    const known = Object.keys(state[name]);
    const fresh = Object.keys(arm[name] ?? {})
      .filter((feature) => !known.includes(feature))
      .sort();
    const kept = new Set([...known, ...fresh].slice(0, Math.max(MOST[name], known.length)));
    const entries = Object.entries(arm[name] ?? {});
    return Object.fromEntries(entries.filter(([feature, bins]) => kept.has(feature) && bins.length <= MOST.bins));
  };
  return { ...arm, inputs: side('inputs'), outputs: side('outputs') };
}

function grown(first: DriftReference, arms: Arms<ArmCounts>, side: Side): BinCounts {
  const features = { ...arms.candidate[side], ...arms.stable[side], ...first[side] };
  return Object.fromEntries(
    Object.keys(features)
      .sort()
      .map((feature) => {
        const before = first[side][feature] ?? [];
        if (total(before) >= ENOUGH) return [feature, before];
        const [ours, theirs] = [arms.candidate[side]?.[feature] ?? [], arms.stable[side]?.[feature] ?? []];
        const bins = Math.max(before.length, ours.length, theirs.length);
        const filled = (counts: readonly number[]) => Array.from({ length: bins }, (_, i) => counts[i] ?? 0);
        const now = normalOf({ candidate: filled(ours), stable: filled(theirs) }, NORMAL[side]);
        return [feature, now.map((count, i) => count + (before[i] ?? 0))];
      }),
  );
}

function whole({ inputs, outputs }: DriftReference): DriftReference {
  const enough = (counts: BinCounts) =>
    Object.fromEntries(Object.entries(counts).filter(([, bins]) => total(bins) >= ENOUGH));
  return { inputs: enough(inputs), outputs: enough(outputs) };
}

function findingOf({ state, first }: DriftMemory, question: GateQuestion, { margin }: DriftPlan): DriftFinding {
  const reference = question.reference ?? whole(first);
  return driftFinding(state, { alpha: stageAlpha(question), reference, large: margin });
}

/**
 * How drift stands: the candidate's answers against stable's, which can roll back; and both arms' requests, and stable's
 * answers, against what is normal, which is told only.
 *
 * Evidence counts once the difference is certain and large, and not while the arms get different requests.
 */
export function driftStandings(
  known: DriftMemory = NOTHING,
  question: GateQuestion,
  drift: DriftPlan,
  alphaShare: number,
): Standing[] {
  const finding = findingOf(known, question, drift);
  const answers = finding.features.filter(({ name }) => name.startsWith('outputs.'));
  const found = finding.kind === 'candidate';
  const between = {
    ...largest(answers, 'between', drift),
    lnAgainst: found ? finding.lnAgainst : Math.min(finding.lnAgainst, 0),
    share: alphaShare,
    n: { candidate: recent(known.state.outputs, 'candidate'), stable: recent(known.state.outputs, 'stable') },
  };
  return [
    shownOnly('drift', { ...between, ...(found && { detail: finding.candidate.join(', ') }) }),
    commonStanding(known, finding, { drift, words: 'drifted in both arms' }),
  ];
}

/** How far requests, or stable's answers, are from what is normal; nobody goes back for it. */
function commonStanding(
  known: DriftMemory,
  finding: DriftFinding,
  { drift, words }: { readonly drift: DriftPlan; readonly words: string },
): Standing {
  const n = { candidate: 0, stable: recent({ ...known.state.inputs, ...known.state.outputs }, 'stable') };
  const detail = finding.common.length > 0 && { detail: `${words}: ${finding.common.join(', ')}` };
  return shownOnly('drift.common', { ...largest(finding.features, 'reference', drift), n, ...detail });
}

/** The same where one version has all traffic. */
export function aloneDriftStanding(known: DriftMemory = NOTHING, question: GateQuestion, drift: DriftPlan): Standing {
  return commonStanding(known, findingOf(known, question, drift), { drift, words: 'drifted' });
}

/** What drift keeps the gate from passing for. */
export function driftObstacles(known: DriftMemory = NOTHING, question: GateQuestion, drift: DriftPlan): string[] {
  const { split, common } = findingOf(known, question, drift);
  const obstacles: string[] = [];
  if (split.length > 0) obstacles.push(`the arms do not get the same requests: ${split.join(', ')}`);
  if (common.length > 0 && drift.common === 'hold') obstacles.push(`drifted in both arms: ${common.join(', ')}`);
  return obstacles;
}

/** The largest index of the features; `stable` has none to be held against. */
function largest(
  features: readonly FeatureDrift[],
  which: 'between' | 'reference',
  { margin }: DriftPlan,
): Pick<Standing, 'candidate' | 'stable' | 'unit' | 'margin'> {
  const indices = features.flatMap((feature) => feature[which].distances?.psi ?? []);
  return { candidate: indices.length > 0 ? Math.max(...indices) : null, stable: null, unit: 'index', margin };
}

function recent(features: DriftState['outputs'], arm: 'candidate' | 'stable'): number {
  return Math.max(0, ...Object.values(features).map((feature) => total(feature[arm])));
}
