import type { Decision, Verdict } from '../../../domain/verdict.ts';

const REASON = {
  pass: 'GatePassed',
  fail: 'GateFailed',
  inconclusive: 'NotEnoughEvidence',
  error: 'EvidenceUnreachable',
} as const;

/** A verdict without evidence: what is under test is what becomes of it. */
export function scriptedVerdict(gate: string, decision: Decision): Verdict {
  return {
    decision,
    reason: REASON[decision],
    summary: `${gate} says ${decision}`,
    metrics: [],
    samples: { candidate: 100, stable: 100 },
    batches: { count: 1, first: 0, last: 0, hash: 'sha256:0' },
    algorithm: 'scripted/1',
  };
}
