import type { ArmCounts } from '../../domain/gate-batch.ts';
import type { Finding } from '../../domain/monitor.ts';
import { armOf } from '../batch-tables.ts';
import { worstDesignEffect } from '../users.ts';
import { batchMsOf, percentOf, type Detected, type MonitoredWindow } from './detector.ts';
import { AT_EASE, guard, isDoubtful, type Counted, type Guard } from './guard.ts';
import { learn, NOTHING_USUAL, unusualRate, type Usual } from './usual.ts';

/** What is known of one rate of a version: what is usual, and whether it is above that, and above its absolute limit. */
export interface RateMemory {
  readonly usual: Usual;
  readonly spike: Guard;
  readonly limit: Guard;
}

export interface RatesMemory {
  readonly errors: RateMemory;
  readonly rejected: RateMemory;
}

const NOTHING: RateMemory = { usual: NOTHING_USUAL, spike: AT_EASE, limit: AT_EASE };

/** A percentage point more than usual is nobody's trouble yet. */
const MARGIN = 0.01;

const WORDS = { errors: 'failed', rejected: 'were rejected (4xx)' } as const;

/** Failed and rejected requests: against the version's own past, and failed ones against the absolute limit too. */
export function detectRates(
  before: RatesMemory = { errors: NOTHING, rejected: NOTHING },
  window: MonitoredWindow,
): Detected<RatesMemory> {
  const errors = watch('errors', before.errors, window, window.plan.errors.max);
  const rejected = watch('rejected', before.rejected, window, null);
  return {
    state: { errors: errors.state, rejected: rejected.state },
    findings: [...errors.findings, ...rejected.findings],
  };
}

function watch(
  subject: keyof RatesMemory,
  before: RateMemory,
  { version, batches, plan }: MonitoredWindow,
  max: number | null,
): Detected<RateMemory> {
  const counts = batches.map((batch) => countedOf(armOf(batch, version), subject));
  const lookMs = batchMsOf(batches);
  const unusual = unusualRate(before.usual, MARGIN);
  const spike = unusual === null ? before.spike : guard(before.spike, counts, { limit: unusual, lookMs });
  const limit = max === null ? before.limit : guard(before.limit, counts, { limit: max, lookMs });
  const doubtful = isDoubtful(spike) || isDoubtful(limit);
  const state = { usual: doubtful ? before.usual : learn(before.usual, sum(counts), plan.windowMs), spike, limit };
  const usually = before.usual.n > 0 ? `, ${percentOf(before.usual.bad / before.usual.n)} is usual` : '';
  const finding = (severity: Finding['severity'], rate: number | null, most: number): Finding => ({
    kind: 'errors',
    subject,
    severity,
    summary: `${percentOf(rate ?? 0)} of requests ${WORDS[subject]}${usually}; the limit is ${percentOf(most)}`,
    value: rate ?? 0,
    limit: most,
  });
  if (limit.alarm && max !== null) return { state, findings: [finding('critical', limit.rate, max)] };
  if (spike.alarm && unusual !== null) return { state, findings: [finding('warning', spike.rate, unusual)] };
  return { state, findings: [] };
}

function countedOf(arm: ArmCounts, subject: keyof RatesMemory): Counted {
  return { bad: arm[subject], n: arm.n, users: worstDesignEffect([arm]) };
}

function sum(counts: readonly Counted[]): Usual {
  return counts.reduce((all, { bad, n }) => ({ bad: all.bad + bad, n: all.n + n }), NOTHING_USUAL);
}
