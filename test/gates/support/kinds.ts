import type { ArmCounts, GateBatch, LabelCounts, ResourceUse } from '../../../domain/gate-batch.ts';
import type { GateQuestion } from '../../../domain/gate-question.ts';
import type { Verdict } from '../../../domain/verdict.ts';
import { CANDIDATE, STABLE, arm, batch } from './batches.ts';
import { createSketch } from '../../../serving/capture/latency-sketch.ts';
import { binomial, draw, random } from './random.ts';
import { judge, observe, openGate } from '../../../gates/gate.ts';

/** How a version of a simulated canary is, besides errors and latency, which are the same for all. */
export interface Kind {
  /** Chance that a request breaks the schema; `null` where nobody counts it. */
  readonly violations: number | null;
  /** What is positive, what is predicted so of the positive and of the others; `null` where labels are numbers or none. */
  readonly classes: { readonly positive: number; readonly recall: number; readonly alarms: number } | null;
  /** Standard deviation of errors of predictions; `null` where labels are classes or none. */
  readonly error: number | null;
  /** Chance that a label comes at all. */
  readonly labelled: number;
  /** Seconds a request, and bytes of a server; `null` where nobody measures. */
  readonly use: { readonly cpu: number; readonly bytes: number } | null;
  /** Median time to the first token in ms and tokens of an answer; `null` where nothing is generated. */
  readonly generates: { readonly firstMs: number; readonly tokens: number } | null;
  /** Shares of what is asked and of what is answered, by bin; `null` where nobody counts. */
  readonly asked: readonly number[] | null;
  readonly answered: readonly number[] | null;
}

export const USUAL: Kind = {
  violations: 0.002,
  classes: { positive: 0.3, recall: 0.9, alarms: 0.05 },
  error: null,
  labelled: 0.8,
  use: { cpu: 0.02, bytes: 1e9 },
  generates: null,
  asked: [0.3, 0.25, 0.2, 0.15, 0.1],
  answered: [0.7, 0.3],
};

/** Losses are cut off at squared errors of 16 and absolute ones of 4. */
const BOUND = 16;

export interface Scenario {
  readonly candidate: Kind;
  readonly stable: Kind;
  /** Requests of each arm in a batch; what the kinds are from which batch on. */
  readonly n?: number;
  /** Batches after which labels come. */
  readonly delay?: number;
  readonly at?: (batch: number, kind: Kind, version: 'candidate' | 'stable') => Kind;
}

/** A seeded canary whose arms have half of the traffic each. */
export function* canary(
  seed: number,
  { candidate, stable, n = 100, delay = 3, at = (_, kind) => kind }: Scenario,
): Generator<GateBatch> {
  const next = random(seed);
  // Of its own, so that whatever else is drawn is the same with it and without.
  const generator = random(seed + 1_000_000);
  for (let index = 0; ; index += 1) {
    const kinds = { candidate: at(index, candidate, 'candidate'), stable: at(index, stable, 'stable') };
    const cohort = index - delay;
    const arms = [armOf(next, STABLE, n, kinds.stable), armOf(next, CANDIDATE, n, kinds.candidate)].map((own) =>
      generatedBy(generator, own, kinds[own.version === CANDIDATE ? 'candidate' : 'stable']),
    );
    const rows =
      cohort < 0
        ? []
        : [
            labelsOf(next, STABLE, n, { kind: kinds.stable, cohort, index }),
            labelsOf(next, CANDIDATE, n, { kind: kinds.candidate, cohort, index }),
          ];
    yield batch(index, { arms, labels: rows.flat() });
  }
}

/** The first `count` batches of it. */
export function canaryOf(count: number, seed: number, scenario: Scenario): GateBatch[] {
  const batches: GateBatch[] = [];
  for (const sealed of canary(seed, scenario)) if (batches.push(sealed) >= count) break;
  return batches;
}

function armOf(next: () => number, version: string, n: number, { violations, use, asked, answered }: Kind): ArmCounts {
  return arm(version, n, {
    ...(violations !== null && { violations: binomial(next, n, violations) }),
    ...(use !== null && { resources: useOf(next, n, use) }),
    ...(asked && { inputs: { age: draw(next, n, asked) } }),
    ...(answered && { outputs: { score: draw(next, n, answered) } }),
  });
}

/** Readings wander by a few percent. */
function useOf(next: () => number, n: number, { cpu, bytes }: NonNullable<Kind['use']>): ResourceUse {
  const wander = () => 1 + 0.05 * normal(next);
  return {
    replicas: 1,
    samples: 10,
    cpuSeconds: cpu * n * wander(),
    memoryBytes: bytes * wander(),
    gpuSeconds: cpu * n * wander(),
    gpuMemoryBytes: bytes * wander(),
  };
}

/** Beginnings are as spread as a log-normal law makes them, answers as an exponential one. */
function generatedBy(next: () => number, own: ArmCounts, { generates }: Kind): ArmCounts {
  if (!generates) return own;
  const { firstMs, tokens } = generates;
  const sketch = createSketch();
  const each = Array.from({ length: own.n }, () => [normal(next), next()] as const);
  for (const [z] of each) sketch.add(firstMs * Math.exp(0.5 * z));
  const lengths = each.map(([, x]) => Math.ceil(-tokens * Math.log(1 - x)));
  return { ...own, firstToken: sketch.build(), tokens: { answers: own.n, input: 10 * own.n, output: total(lengths) } };
}

function labelsOf(
  next: () => number,
  version: string,
  n: number,
  { kind, cohort, index }: { readonly kind: Kind; readonly cohort: number; readonly index: number },
): LabelCounts[] {
  const { classes, error, labelled } = kind;
  if (classes === null && error === null) return [];
  const row = { version, n: binomial(next, n, labelled), cohort, revision: index, predictions: n, earlier: 0 };
  if (error !== null) {
    const errors = Array.from({ length: row.n }, () => Math.abs(error * normal(next)));
    const sums = (values: readonly number[], bound: number) => {
      const cut = values.map((value) => Math.min(value, bound));
      return {
        bound,
        sum: total(cut),
        squares: total(cut.map((x) => x * x)),
        clipped: values.filter((x) => x > bound).length,
      };
    };
    return [
      {
        ...row,
        correct: 0,
        losses: {
          squared: sums(
            errors.map((x) => x * x),
            BOUND,
          ),
          absolute: sums(errors, Math.sqrt(BOUND)),
        },
      },
    ];
  }
  const { positive, recall, alarms } = classes ?? { positive: 0, recall: 0, alarms: 0 };
  const positives = binomial(next, row.n, positive);
  const truePositive = binomial(next, positives, recall);
  const falsePositive = binomial(next, row.n - positives, alarms);
  const confusion = {
    truePositive,
    falsePositive,
    falseNegative: positives - truePositive,
    trueNegative: row.n - positives - falsePositive,
  };
  return [{ ...row, correct: truePositive + confusion.trueNegative, confusion }];
}

function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

function total(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0);
}

/** The first verdict that is no `inconclusive`, and how many batches it took; the last verdict where there is none. */
export function decide(
  asked: GateQuestion,
  batches: Iterable<GateBatch>,
  most: number,
): { verdict: Verdict; after: number } {
  let state = openGate(asked);
  let after = 0;
  for (const sealed of batches) {
    state = observe(state, sealed);
    after += 1;
    const verdict = judge(state);
    if (verdict.decision !== 'inconclusive' || after >= most) return { verdict, after };
  }
  return { verdict: judge(state), after };
}
