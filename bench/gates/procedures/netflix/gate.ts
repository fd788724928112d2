import type { BatchLine } from '../../../../gates/session/protocol.ts';
import type { Procedure } from '../procedure.ts';
import { EmpiricalDistribution, bandHalfWidth, largestExcess } from './cdf-bands.ts';
import { CountTest } from './count-test.ts';

/**
 * A canary gate in the manner of Lindon, Sanden, Shirikian 2022 (KDD): sequential tests whose error rate holds under a look
 * at every batch; rollback once one rejects, promotion at the end of the hour if none has.
 *
 * Latency is worse when the time-uniform band of the candidate's distribution comes to lie wholly to the right of stable's somewhere
 * (their test of stochastic order); counts by Lindon, Malek 2022. Alpha is divided over the tests that have data.
 */
export const NETFLIX: Procedure = {
  name: 'Netflix 2022 style',
  open: ({ alpha, max_batches: last }) => {
    const latency = { candidate: new EmpiricalDistribution(), stable: new EmpiricalDistribution() };
    const counts = { errors: new CountTest(), wrong: new CountTest(), pairs: new CountTest() };
    return (batch: BatchLine) => {
      const { t, candidate, stable, paired } = batch;
      latency.candidate.add(candidate.latencies_ms ?? []);
      latency.stable.add(stable.latencies_ms ?? []);
      counts.errors.add(candidate.errors, stable.errors, candidate.n / (candidate.n + stable.n));
      if (candidate.labels && stable.labels) {
        const [a, b] = [candidate.labels, stable.labels];
        counts.wrong.add(a.n - a.correct, b.n - b.correct, a.n / (a.n + b.n));
      }
      if (paired) counts.pairs.add(paired.candidate_only_wrong, paired.stable_only_wrong, 0.5);
      const share = alpha / (2 + (candidate.labels ? 1 : 0) + (paired ? 1 : 0));
      const band = bandHalfWidth(latency.candidate.n, share / 2) + bandHalfWidth(latency.stable.n, share / 2);
      const worse =
        largestExcess(latency.candidate, latency.stable) > band ||
        Object.values(counts).some((test) => test.isWorse(share));
      if (worse) return 'rollback';
      return t >= last ? 'promote' : 'continue';
    };
  },
};
