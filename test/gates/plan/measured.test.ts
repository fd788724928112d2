import { describe, expect, test } from 'vitest';
import { latencyLaw } from '../../../gates/plan/latency-law.ts';
import { trafficOf } from '../../../gates/plan/measured.ts';
import { STABLE, arm, batch } from '../support/batches.ts';

const CANDIDATE_ALONE = 'v9';

describe('traffic as sealed batches saw it', () => {
  test('is the requests of all arms in the time that the batches cover', () => {
    const batches = [0, 1, 2].map((index) => batch(index, { arms: [arm(STABLE, 150), arm(CANDIDATE_ALONE, 50)] }));
    expect(trafficOf(batches)).toMatchObject({ basis: 'measured', requestsPerSecond: 20 });
  });

  test('has the answers of the version that most requests went to, whatever another one does', () => {
    const good = arm(STABLE, 300, {
      errors: 3,
      rejected: 6,
      latency: [
        [200, 290],
        [400, 10],
      ],
    });
    const dead = arm(CANDIDATE_ALONE, 100, { errors: 100, latency: [[700, 100]] });
    const traffic = trafficOf([batch(0, { arms: [dead, good] })]);
    expect(traffic).toMatchObject({ errors: 0.01, rejected: 0.02 });
    expect(latencyLaw(traffic?.latency ?? null)(0.99)).toBe(400);
  });

  test('knows how many labels come and how many answers are wrong', () => {
    const arms = [arm(STABLE, 100)];
    const labelled = trafficOf([batch(0, { arms, labels: [{ version: STABLE, n: 40, correct: 30 }] })]);
    expect(labelled).toMatchObject({ labelled: 0.4, wrong: 0.25 });
    expect(trafficOf([batch(0, { arms })])).toMatchObject({ labelled: 0, wrong: null });
  });

  test('is unknown where nobody called', () => {
    expect(trafficOf([])).toBeNull();
    expect(trafficOf([batch(0), batch(1, { arms: [arm(STABLE, 0)] })])).toBeNull();
  });
});
