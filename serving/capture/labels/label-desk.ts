import type { LabelCounts, PairCounts } from '../../../domain/gate-batch.ts';
import type { Draft } from '../fence-tally.ts';
import type { Credited } from '../labels.ts';
import type { Profiles } from '../profile.ts';
import type { Cohorts, Moment } from './cohorts.ts';
import type { JudgedLabel } from './judged.ts';
import type { NumberedCohort, PlacedLabel } from './label-rows.ts';
import type { MirroredLabel } from './pairs-wrong.ts';
import { isDeepStrictEqual } from 'node:util';
import { credit } from '../labels.ts';
import { isScalar, unwrapped } from './judged.ts';
import { learnKind } from './label-kind.ts';
import { labelRows } from './label-rows.ts';
import { withWrong } from './pairs-wrong.ts';

/** A label that no batch has counted yet, as the database has it beside its predictions. */
export interface StoredLabel extends MirroredLabel, Moment {}

/** What the labels that came until a batch was sealed add to it. */
export interface LabelPart {
  readonly credited: readonly Credited<StoredLabel>[];
  readonly labels: LabelCounts[];
  readonly pairs: PairCounts[];
  /** To be called once the batch is stored: remembers what was counted. */
  readonly settle: () => void;
}

export interface LabelDeskPorts {
  readonly cohorts: Cohorts;
  readonly profiles: Profiles;
}

/** Turns labels into the rows of the batch that takes them. */
export type LabelDesk = (
  draft: Draft,
  pending: readonly StoredLabel[],
  of: { readonly index: number; readonly tolerance: number },
) => LabelPart;

/** How long a label waits for the batch that its prediction was made in, from when that batch began. */
const PATIENCE_MS = 60_000;

export function createLabelDesk({ cohorts, profiles }: LabelDeskPorts): LabelDesk {
  return (draft, pending, { index, tolerance }) => {
    const { endpoint, arms, pairs } = draft;
    const places = new Map(pending.map((label) => [label, placeOf(label)]));
    // The batch of a prediction that was made just now comes next, and its labels with the one after.
    const due = pending.filter((label) => places.get(label) !== 'later');
    const credited = credit(due, tolerance);
    const judged = credited.flatMap((label, at): PlacedLabel[] => {
      const place = places.get(due[at] ?? label);
      const own = judgedOf(label);
      return own === null || place === 'later' ? [] : [{ ...own, cohort: place ?? null }];
    });
    const kind = learnKind(profiles.of(endpoint).labels, judged, arms[0]?.version ?? null);

    function placeOf({ at, fence }: StoredLabel): NumberedCohort | 'later' | null {
      const entry = cohorts.find(endpoint, { at, fence });
      if (entry === null) return null;
      const opened = Date.parse(draft.opened);
      const isOwn = cohorts.areTogether(endpoint, { at, fence }, { at: opened, fence: draft.fence });
      const known = entry.index ?? (isOwn ? index : null);
      if (known !== null) return { index: known, versions: entry.versions };
      return at >= opened - PATIENCE_MS ? 'later' : null;
    }

    return {
      credited,
      labels: labelRows(judged, index, kind),
      pairs: withWrong(pairs, credited, tolerance),
      settle() {
        for (const { at, fence, version, correct } of credited)
          if (correct !== null) cohorts.addLabels(endpoint, { at, fence }, version, 1);
        if (!isDeepStrictEqual(kind, profiles.of(endpoint).labels)) profiles.change(endpoint, { labels: kind });
      },
    };
  };
}

function judgedOf({ version, label, prediction, correct }: Credited<StoredLabel>): JudgedLabel | null {
  const value = unwrapped(prediction);
  return correct === null || !isScalar(label) || !isScalar(value)
    ? null
    : { version, label, value, isCorrect: correct };
}
