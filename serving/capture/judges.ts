import { isDeepStrictEqual } from 'node:util';
import type { CaptureSettings } from '../../domain/serving-contract.ts';
import type { Scoring } from '../../domain/comparison.ts';
import { answersAgree, predictionsOf } from './compare.ts';
import type { Pair } from './endpoint-counter.ts';
import { createScorer, type Scorer } from './scorer.ts';

/** Whether a pair's answers agree: at once where the rules tell, `null` where nobody can, and a promise where a program is asked. */
export type Judged = boolean | Promise<boolean | null>;

/** Decides for every endpoint whether two answers agree, and keeps the programs that some ask. */
export interface Judges {
  judge(endpoint: string, settings: CaptureSettings, pair: Pair): Judged;
  /** Ends the program of an endpoint that is not captured any more; of all, without a name. */
  stop(endpoint?: string): void;
}

interface Asked {
  readonly scoring: Scoring;
  readonly scorer: Scorer;
}

export function createJudges(onFault: (endpoint: string, error: Error) => void): Judges {
  const asked = new Map<string, Asked>();
  /** What was last heard of each endpoint's program: said once, not for every pair. */
  const told = new Map<string, string>();

  function tell(endpoint: string, error: Error): void {
    if (told.get(endpoint) !== error.message) onFault(endpoint, error);
    told.set(endpoint, error.message);
  }

  function scorerOf(endpoint: string, scoring: Scoring): Scorer {
    const known = asked.get(endpoint);
    if (known && isDeepStrictEqual(known.scoring, scoring)) return known.scorer;
    known?.scorer.stop();
    const scorer = createScorer(scoring);
    asked.set(endpoint, { scoring, scorer });
    return scorer;
  }

  return {
    judge(endpoint, settings, { served, mirrored }) {
      // Without two captured answers there is nothing to compare; the tally knows what that counts as.
      if (!served.isSuccess || !mirrored.isSuccess || served.answer === null || mirrored.answer === null) return true;
      if (answersAgree(served.answer, mirrored.answer, settings)) return true;
      const scoring = settings.comparison?.score;
      if (!scoring) return false;
      return scorerOf(endpoint, scoring)
        .score(predictionsOf(served.answer), predictionsOf(mirrored.answer))
        .then((similarity) => similarity >= scoring.atLeast)
        .catch((error: unknown) => {
          tell(endpoint, error instanceof Error ? error : new Error(String(error)));
          return null;
        });
    },
    stop(endpoint) {
      for (const name of endpoint === undefined ? [...asked.keys()] : [endpoint]) {
        asked.get(name)?.scorer.stop();
        asked.delete(name);
      }
    },
  };
}
