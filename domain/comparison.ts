import { parseDuration, type Duration } from './duration.ts';

/** How two versions' answers to the same request are held against each other; without it they have to be equal. */
export interface Comparison {
  /** How texts are compared wherever no rule says otherwise. */
  readonly text: TextRule;
  /** The first whose path fits a place counts there. */
  readonly fields: readonly FieldRule[];
  /** Is asked about answers that differ by the rules; `null`: they differ, then. */
  readonly score: Scoring | null;
}

/** `normalised`: the same words in the same order, whatever their case, spacing and punctuation. */
export type TextRule = 'exact' | 'normalised';

export interface FieldRule {
  /** Names and positions below the predictions, joined by dots; `*` stands for any one of them: `choices.*.text`. */
  readonly path: string;
  /** Whether the place is left out. */
  readonly ignore: boolean;
  /** How far numbers may differ there, relative to the served one; the endpoint's own where `null`. */
  readonly tolerance: number | null;
  readonly text: TextRule;
}

/** A program that tells how alike two answers are, say by the distance of their embeddings. */
export interface Scoring {
  /** Reads lines `{"served": …, "mirrored": …}` and answers each, in order, with `{"similarity": 0.93}`. */
  readonly command: readonly string[];
  /** From this similarity on answers agree. */
  readonly atLeast: number;
  /** Longest time for one answer, in milliseconds. */
  readonly timeoutMs: number;
}

/** What a specification says of it. */
export interface ComparisonSpec {
  text?: TextRule;
  fields?: { path: string; ignore?: boolean; tolerance?: number; text?: TextRule }[];
  score?: { command: string[]; atLeast?: number; timeout?: Duration };
}

/** Fills in every default; `null` where answers have to be equal. */
export function planComparison({ text = 'exact', fields = [], score }: ComparisonSpec): Comparison | null {
  if (text === 'exact' && fields.length === 0 && !score) return null;
  return {
    text,
    fields: fields.map((rule) => ({
      path: rule.path,
      ignore: rule.ignore ?? false,
      tolerance: rule.tolerance ?? null,
      text: rule.text ?? text,
    })),
    score: score
      ? {
          command: score.command,
          atLeast: score.atLeast ?? 0.9,
          timeoutMs: parseDuration(score.timeout ?? '2s'),
        }
      : null,
  };
}
