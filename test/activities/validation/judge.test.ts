import { describe, expect, it } from 'vitest';
import { findings, type ValidationEvidence } from '../../../activities/validation/judge.ts';
import type { Prediction } from '../../../activities/validation/prediction.ts';
import type { Scores } from '../../../activities/validation/score-version.ts';
import { validationVerdict } from '../../../activities/validation/verdict.ts';

const ROWS = 600;
const LABELS = Array.from({ length: ROWS }, (_, i) => i % 2);

/** Answers that are wrong on the rows given. */
function answers(wrong: readonly number[], rows = ROWS): Scores {
  const predictions = LABELS.slice(0, rows).map((label, row): Prediction => (wrong.includes(row) ? 1 - label : label));
  return scores(predictions);
}

function scores(predictions: readonly (Prediction | null)[], change: Partial<Scores> = {}): Scores {
  const failedRows = predictions.filter((answer) => answer === null).length;
  return { predictions, latenciesMs: [5], requests: 12, failedRows, unreachableRows: 0, faults: [], ...change };
}

const first = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i);

interface Given {
  stable?: Scores | null;
  rows?: number;
  validate?: Partial<ValidationEvidence['validate']>;
  slice?: { name: string; margin: number; rows: readonly number[] };
  metrics?: Record<string, number>;
  labels?: readonly Prediction[];
}

function judge(candidate: Scores, given: Given = {}) {
  const {
    stable = answers(first(12)),
    rows = ROWS,
    validate,
    slice,
    metrics = {},
    labels = LABELS.slice(0, rows),
  } = given;
  const slices = slice
    ? [
        {
          ...slice,
          where: '…',
          rows: slice.rows.length,
          includes: Uint8Array.from(labels, (_, i) => Number(slice.rows.includes(i))),
        },
      ]
    : [];
  const evidence: ValidationEvidence = {
    validate: {
      data: { source: 'set.csv', label: 'y', exclude: [], maxRows: null },
      task: 'classification',
      margin: 0.02,
      limits: {},
      slices: [],
      reproduce: {},
      timeoutMs: 1,
      ...validate,
    },
    gates: { alpha: 0.05, beta: 0.05, limits: { errorRate: 0.05, p99Ms: null } },
    lineage: { metrics },
    data: { rows, rowsInFile: rows, rowsWithoutLabel: 0, labels, slices },
    candidate,
    stable,
  };
  return validationVerdict(evidence, findings(evidence), 'sha256:data');
}

describe('a candidate beside stable', () => {
  it('passes when it is proved to be within the margin, and the verdict says on what', () => {
    const verdict = judge(answers(first(6)));
    expect(verdict).toMatchObject({
      decision: 'pass',
      reason: 'ValidationPassed',
      samples: { candidate: 600, stable: 600 },
    });
    expect(verdict.summary).toBe(
      'accuracy 0.99 against 0.98 of stable on 600 rows (only the candidate wrong on 0, only stable on 6), ' +
        'proved to be at most 0.02 lower',
    );
    expect(verdict.metrics.find(({ metric }) => metric === 'accuracy')).toMatchObject({
      ...{ decision: 'pass', required: true, candidate: 0.99, stable: 0.98, unit: 'share', margin: 0.02 },
    });
  });

  it('passes when it answers alike', () => {
    expect(judge(answers(first(12))).decision).toBe('pass');
  });

  it('fails when it is worse by more than the margin', () => {
    const verdict = judge(answers(first(40)));
    expect(verdict).toMatchObject({ decision: 'fail', reason: 'ValidationFailed' });
    expect(verdict.summary).toMatch(/^worse: accuracy 0.9333 against 0.98 of stable on 600 rows/);
  });

  it('fails when it is proved to be worse though by less than the margin', () => {
    const verdict = judge(answers(first(11)), { stable: answers([]), validate: { margin: 0.0185 } });
    expect(verdict.decision).toBe('fail');
  });

  it('is undecided on few rows, and the verdict says how many would do', () => {
    const verdict = judge(answers([], 60), { stable: answers([], 60), rows: 60 });
    expect(verdict).toMatchObject({ decision: 'inconclusive', reason: 'NotEnoughEvidence' });
    expect(verdict.summary).toMatch(/not proved to be at most 0.02 lower: .*; about \d+ rows would probably do/);
  });

  it('fails in a slice that is much worse though the whole is not, and the verdict names it', () => {
    const slice = { name: 'faint', margin: 0.05, rows: first(40, 300) };
    const verdict = judge(answers([...first(2), ...first(10, 300)]), { slice });
    expect(verdict).toMatchObject({ decision: 'fail', reason: 'ValidationFailed' });
    expect(verdict.summary).toMatch(/^worse in slice "faint": accuracy 0.75 against 1 of stable on 40 rows/);
    expect(verdict.metrics.find(({ metric }) => metric === 'accuracy[faint]')?.decision).toBe('fail');
  });

  it('is held up by a slice that looks worse on too few rows to tell', () => {
    const slice = { name: 'rare', margin: 0.05, rows: first(12, 300) };
    const verdict = judge(answers(first(2, 300)), { slice });
    expect(verdict).toMatchObject({ decision: 'inconclusive' });
    expect(verdict.summary).toContain('in slice "rare"');
  });

  it('passes with a slice that is too small to prove anything and does not look worse, which is said', () => {
    const verdict = judge(answers(first(12)), { slice: { name: 'rare', margin: 0.05, rows: first(12, 300) } });
    expect(verdict.decision).toBe('pass');
    expect(verdict.summary).toContain('too few rows to tell in rare');
  });
});

describe('the first version of an endpoint', () => {
  const alone = { stable: null };

  it('passes on its limits alone', () => {
    const verdict = judge(answers(first(6)), { ...alone, validate: { limits: { accuracy: 0.95, f1: 0.9 } } });
    expect(verdict).toMatchObject({ decision: 'pass', samples: { candidate: 600, stable: 0 } });
    expect(verdict.summary).toBe(
      'accuracy 0.99 on 600 rows, within every limit; nothing served before to compare with',
    );
  });

  it('fails beyond a limit', () => {
    const verdict = judge(answers(first(60)), { ...alone, validate: { limits: { accuracy: 0.95 } } });
    expect(verdict).toMatchObject({ decision: 'fail', reason: 'LimitExceeded' });
    expect(verdict.summary).toBe('accuracy 0.9, beyond the limit 0.95');
  });

  it('refuses a limit on something that is not computed', () => {
    const judged = () => judge(answers([]), { ...alone, validate: { limits: { mse: 1 } } });
    expect(judged).toThrow('limits: "mse" is no metric of this task; there are accuracy, precision_macro');
  });
});

describe('metrics of the training run', () => {
  const reproduce = { reproduce: { val_accuracy: 0.005 } };

  it('are reproduced within their tolerance', () => {
    expect(judge(answers(first(6)), { validate: reproduce, metrics: { val_accuracy: 0.9933 } }).decision).toBe('pass');
  });

  it('show skew before all else', () => {
    const verdict = judge(answers(first(60)), { validate: reproduce, metrics: { val_accuracy: 0.99 } });
    expect(verdict).toMatchObject({ decision: 'fail', reason: 'SkewFound' });
    expect(verdict.summary).toMatch(/^val_accuracy 0.9 through the endpoint, 0.99 at training; worse: /);
  });

  it('must have been logged', () => {
    expect(() => judge(answers([]), { validate: reproduce, metrics: { loss: 1 } })).toThrow(
      '"val_accuracy"; it has loss',
    );
  });
});

describe('rows without an answer', () => {
  const gaps = (count: number) => LABELS.map((label, row) => (row < count ? null : label));

  it('count as wrong, and fail the candidate beyond the limit of errors', () => {
    const verdict = judge(scores(gaps(60), { faults: ['row 1: HTTP 400: no'] }), { stable: null });
    expect(verdict).toMatchObject({ decision: 'fail', reason: 'LimitExceeded' });
    expect(verdict.summary).toBe('no usable answer to 60 of 600 rows; row 1: HTTP 400: no');
  });

  it('of a server that is gone say nothing about the candidate', () => {
    const gone = scores(gaps(600), { unreachableRows: 600, failedRows: 0, faults: ['rows 1 to 50: no answer'] });
    expect(judge(gone)).toMatchObject({ decision: 'error', reason: 'EvidenceUnreachable' });
    expect(judge(answers([]), { stable: gone }).summary).toContain('stable could not be reached');
  });

  it('of stable leave nothing to compare with', () => {
    expect(judge(answers([]), { stable: scores(gaps(60)) })).toMatchObject({ decision: 'error' });
  });
});

describe('a regression', () => {
  const labels = Array.from({ length: 200 }, (_, i) => Math.sin(i) * 10 + i / 10);
  const off = (by: number) => scores(labels.map((label, i) => label + by * Math.cos(i * 7)));
  const given = (stable: Scores | null, limits: Record<string, number> = {}): Given => ({
    ...{ stable, rows: 200, labels },
    validate: { task: 'regression', limits },
  });

  it('passes within the margin of R², and fails beyond it', () => {
    expect(judge(off(1), given(off(1.1)))).toMatchObject({ decision: 'pass' });
    const verdict = judge(off(6), given(off(1)));
    expect(verdict).toMatchObject({ decision: 'fail', reason: 'ValidationFailed' });
    expect(verdict.summary).toMatch(/^worse: r2 0\.\d+ against 0\.99\d+ of stable on 200 rows/);
  });

  it('has limits on errors from above, whose figures stand in the summary', () => {
    const verdict = judge(off(2), given(null, { mse: 1, r2: 0.5 }));
    expect(verdict).toMatchObject({ decision: 'fail', reason: 'LimitExceeded' });
    expect(verdict.summary).toMatch(/^mse 2\.0\d*, beyond the limit 1$/);
    expect(verdict.metrics.find(({ metric }) => metric === 'limits.mse')).toMatchObject({ candidate: null, margin: 1 });
  });

  it('counts an answer that is no number as none', () => {
    const text = scores(labels.map((label, i) => (i < 20 ? 'n/a' : label)));
    expect(judge(text, given(null)).summary).toBe('no usable answer to 20 of 200 rows');
  });
});

it('gives the same verdict and hash for the same evidence, and another hash for other answers', () => {
  expect(judge(answers(first(6)))).toEqual(judge(answers(first(6))));
  expect(judge(answers(first(7))).batches.hash).not.toBe(judge(answers(first(6))).batches.hash);
});
