import type { Outcome } from '../domain/outcome.ts';
import type { Reason } from '../domain/reasons.ts';
import type { Verdict } from '../domain/verdict.ts';

/** Thrown by a gate of an A/B test whose further arms are to leave it; the test goes on without them. */
export class ArmsLost extends Error {
  readonly verdict: Verdict;

  constructor(verdict: Verdict) {
    super(verdict.summary);
    this.name = 'ArmsLost';
    this.verdict = verdict;
  }
}

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
