import { describe, expect, test, vi } from 'vitest';
import type { GateState } from '../../gates/gate.ts';
import { HEALTHY, pairs, batch, question, simulatedBatch } from './support/batches.ts';
import { binomial, random } from './support/random.ts';
import { judge, observe, openGate } from '../../gates/gate.ts';

// Seconds each when alone; other files share the cores.
vi.setConfig({ testTimeout: 300_000 });

const RUNS = 200;
const BATCHES = 60;

/** Share of runs that fail at any look, if each batch comes from `next`. */
function everFails(asked: Parameters<typeof openGate>[0], make: (next: () => number, index: number) => Sealed): number {
  let failed = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const next = random(10_000 + run);
    let state: GateState = openGate(asked);
    for (let index = 0; index < BATCHES && state.failed.length === 0; index += 1)
      state = observe(state, make(next, index));
    if (judge(state).decision === 'fail') failed += 1;
  }
  return failed / RUNS;
}

type Sealed = ReturnType<typeof batch>;

/** What so many runs may show at most, if the true rate is `alpha`: three standard errors more. */
const atMost = (alpha: number) => alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / RUNS);

describe('a candidate that is the same as stable is rolled back no more often than alpha says', () => {
  const stages = { canary: 0.6, shadow: 0.2, soak: 0.2 };
  // A large alpha makes a test that is too eager show within few runs.
  const alpha = 0.4;
  const loose = { alpha };

  test('under canary traffic with errors and tails', () => {
    const arms = { ...HEALTHY, errors: 0.05, tail: 0.05, tailTimes: 6 };
    const rate = everFails(question({}, loose), (next, i) =>
      simulatedBatch(next, i, { requests: 40, weight: 2_000, candidate: arms, stable: arms }),
    );
    expect(rate).toBeLessThanOrEqual(atMost(alpha * stages.canary));
  });

  test('under a base rate that jumps for both arms at once', () => {
    const rate = everFails(question({}, loose), (next, i) => {
      const arms = { ...HEALTHY, errors: next() < 0.2 ? 0.5 : 0.01, medianMs: next() < 0.2 ? 300 : 60 };
      return simulatedBatch(next, i, { requests: 40, weight: 2_000, candidate: arms, stable: arms });
    });
    expect(rate).toBeLessThanOrEqual(atMost(alpha * stages.canary));
  });

  test('in a shadow that disagrees as often as it may, and fails as often as stable', () => {
    const rate = everFails(question({ stage: 'shadow' }, loose), (next, i) => {
      const [onlyAgainstFailed, onlyVersionFailed] = [binomial(next, 20, 0.05), binomial(next, 20, 0.05)];
      const counts = { disagree: binomial(next, 20, 0.1), onlyAgainstFailed, onlyVersionFailed };
      return batch(i, { pairs: [pairs(20, counts)] });
    });
    expect(rate).toBeLessThanOrEqual(atMost(alpha * stages.shadow));
  });

  test('in a soak with as many errors as the limit allows', () => {
    const arms = { ...HEALTHY, errors: 0.05 };
    const rate = everFails(question({ stage: 'soak', stable: null }, loose), (next, i) =>
      simulatedBatch(next, i, { requests: 20, weight: 10_000, candidate: arms, stable: arms }),
    );
    expect(rate).toBeLessThanOrEqual(atMost(alpha * stages.soak));
  });
});

test('a candidate that is worse by the margin passes no more often than beta says', () => {
  const beta = 0.2;
  const asked = question({ minDurationMs: 0 }, { alpha: 1e-9, beta, errors: { margin: 0.05 } });
  let passed = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const next = random(20_000 + run);
    let state = openGate(asked);
    for (let index = 0; index < BATCHES; index += 1) {
      const candidate = { ...HEALTHY, errors: 0.07 };
      const stable = { ...HEALTHY, errors: 0.02 };
      state = observe(state, simulatedBatch(next, index, { requests: 40, weight: 2_000, candidate, stable }));
      if (judge(state).decision !== 'pass') continue;
      passed += 1;
      break;
    }
  }
  expect(passed / RUNS).toBeLessThanOrEqual(atMost(beta));
});
