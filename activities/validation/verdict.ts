import { hash } from 'node:crypto';
import type { Reason } from '../../domain/reasons.ts';
import type { Decision, Verdict } from '../../domain/verdict.ts';
import { asEvidence, figure, type Finding } from './evidence.ts';
import { answeredRows, type ValidationEvidence } from './judge.ts';
import type { Scores } from './score-version.ts';

/** Changes with every change of what is computed or decided. */
export const ALGORITHM = 'slipway-validation/1';

/** Which kind of fault names the verdict when there are several: the one that explains the others first. */
const FAULTS: readonly (readonly [Finding['kind'], Reason])[] = [
  ['reproduction', 'SkewFound'],
  ['comparison', 'ValidationFailed'],
  ['limit', 'LimitExceeded'],
];
const FAULTS_NAMED = 3;

/** The verdict on a validation: its findings weighed, and one sentence that names what decided. */
export function validationVerdict(evidence: ValidationEvidence, found: readonly Finding[], dataHash: string): Verdict {
  const { candidate, stable } = evidence;
  return {
    ...weigh(evidence, found),
    metrics: found.map(asEvidence),
    samples: {
      candidate: answeredRows(evidence, candidate),
      stable: stable ? answeredRows(evidence, stable) : 0,
    },
    batches: {
      count: candidate.requests,
      first: 0,
      last: Math.max(0, candidate.requests - 1),
      hash: evidenceHash(dataHash, candidate, stable),
    },
    algorithm: ALGORITHM,
  };
}

function weigh(
  evidence: ValidationEvidence,
  found: readonly Finding[],
): { decision: Decision; reason: Reason; summary: string } {
  const blind = whyBlind(evidence);
  if (blind) return { decision: 'error', reason: 'EvidenceUnreachable', summary: blind };
  const failed = found.filter(({ decision }) => decision === 'fail');
  for (const [kind, reason] of FAULTS) {
    if (failed.some((one) => one.kind === kind))
      return { decision: 'fail', reason, summary: failedSummary(kind, failed) };
  }
  const open = found.filter(({ decision, required }) => decision === 'undecided' && required);
  if (open.length > 0) return { decision: 'inconclusive', reason: 'NotEnoughEvidence', summary: openSummary(open) };
  return { decision: 'pass', reason: 'ValidationPassed', summary: passedSummary(evidence, found) };
}

/** Why nothing can be said about the candidate; `null` when there is enough to look at. */
function whyBlind(evidence: ValidationEvidence): string | null {
  const { candidate, stable, data, gates } = evidence;
  if (candidate.unreachableRows > 0) return unreachable('the candidate', candidate, data.rows);
  if (!stable) return null;
  if (stable.unreachableRows > 0) return unreachable('stable', stable, data.rows);
  const lost = data.rows - answeredRows(evidence, stable);
  if (lost / data.rows <= gates.limits.errorRate) return null;
  return `stable gave no usable answer to ${lost} of ${data.rows} rows, so there is nothing to compare with (${stable.faults[0] ?? ''})`;
}

function unreachable(who: string, { unreachableRows, faults }: Scores, rows: number): string {
  return `${who} could not be reached for ${unreachableRows} of ${rows} rows (${faults[0] ?? ''})`;
}

function failedSummary(first: Finding['kind'], failed: readonly Finding[]): string {
  const ordered = [...failed.filter(({ kind }) => kind === first), ...failed.filter(({ kind }) => kind !== first)];
  const more = ordered.length > FAULTS_NAMED ? `; and ${ordered.length - FAULTS_NAMED} more` : '';
  return ordered.slice(0, FAULTS_NAMED).map(clause).join('; ') + more;
}

function openSummary(open: readonly Finding[]): string {
  return open
    .map((one) => {
      const needed = one.rowsNeeded === null ? '' : `; about ${one.rowsNeeded} rows would probably do`;
      return `not proved to be at most ${figure(one.margin)} lower${where(one)}: ${one.finding}${needed}`;
    })
    .join('; ');
}

function passedSummary({ data, stable, validate }: ValidationEvidence, found: readonly Finding[]): string {
  const whole = found.find(({ kind, slice }) => kind === 'comparison' && slice === null);
  if (!stable || !whole)
    return `${firstFigure(found)} on ${data.rows} rows, within every limit; nothing served before to compare with`;
  const thin = found
    .filter(({ slice, decision }) => slice !== null && decision === 'undecided')
    .map(({ slice }) => slice);
  const note = thin.length > 0 ? `; too few rows to tell in ${thin.join(', ')}` : '';
  return `${whole.finding}, proved to be at most ${figure(validate.margin)} lower${note}`;
}

function firstFigure(found: readonly Finding[]): string {
  const main = found.find(({ metric, kind }) => kind === 'observation' && ['accuracy', 'r2'].includes(metric));
  return main ? `${main.metric} ${figure(main.candidate)}` : 'answered';
}

function clause(one: Finding): string {
  return one.kind === 'comparison' ? `worse${where(one)}: ${one.finding}` : one.finding;
}

function where({ slice }: Finding): string {
  return slice === null ? '' : ` in slice "${slice}"`;
}

/** Over the data and both versions' answers: who has these can compute the verdict again. */
function evidenceHash(dataHash: string, candidate: Scores, stable: Scores | null): string {
  const text = JSON.stringify([dataHash, candidate.predictions, stable?.predictions ?? null]);
  return `sha256:${hash('sha256', text, 'hex')}`;
}
