import type { Outcome } from '../domain/outcome.ts';
import type { Reason } from '../domain/reasons.ts';
import type { Verdict } from '../domain/verdict.ts';

/** Ends the way forward from inside a stage; always caught by the story, which then goes back. */
export class Halt extends Error {
  readonly outcome: Exclude<Outcome, 'promoted'>;
  readonly reason: Reason;
  readonly verdict: Verdict | null;

  constructor(outcome: Exclude<Outcome, 'promoted'>, reason: Reason, detail: string, verdict: Verdict | null = null) {
    super(detail);
    this.name = 'Halt';
    this.outcome = outcome;
    this.reason = reason;
    this.verdict = verdict;
  }
}
