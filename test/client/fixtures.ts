import type { Attributes, Sighting } from '../../client/rollouts/sighting.ts';
import type { RolloutStatus } from '../../domain/rollout-state.ts';
import type { Verdict } from '../../domain/verdict.ts';

/** Two minutes after the rollout of the fixtures began. */
export const NOW = Date.parse('2026-03-01T12:02:00.000Z');

export const VERDICT: Verdict = {
  decision: 'inconclusive',
  reason: 'StillWatching',
  summary: 'errors are not proved within the margin yet',
  metrics: [
    {
      metric: 'errors',
      decision: 'undecided',
      required: true,
      against: 0.4,
      inFavour: 3,
      candidate: 0.004,
      stable: 0.0031,
      unit: 'share',
      margin: 0.01,
    },
    {
      metric: 'latency.p95',
      decision: 'pass',
      required: false,
      against: 0.1,
      inFavour: 40,
      candidate: 12.34,
      stable: 12,
      unit: 'ms',
      margin: 0.5,
    },
  ],
  samples: { candidate: 1204, stable: 10_800 },
  batches: { count: 12, first: 3, last: 14, hash: 'sha256:00' },
  algorithm: 'test/1',
};

export const STATUS: RolloutStatus = {
  rolloutId: 'local.digits.4',
  endpoint: 'digits',
  target: 'local',
  model: 'digits',
  candidate: 'v8-3f2a9c01b2d4',
  stable: 'v7-000000000000',
  phase: 'canary',
  stages: [
    { stage: 'preflight', state: 'passed', detail: 'after v7', startedAt: at(0), endedAt: at(2) },
    { stage: 'validate', state: 'skipped', detail: 'no validation set', startedAt: null, endedAt: null },
    { stage: 'canary', state: 'running', detail: '', startedAt: at(30), endedAt: null },
    { stage: 'full', state: 'waiting', detail: '', startedAt: null, endedAt: null },
  ],
  steps: [
    { weight: 500, state: 'passed' },
    { weight: 1000, state: 'running' },
  ],
  desiredWeight: 1000,
  route: null,
  paused: false,
  waitingFor: null,
  lastVerdict: null,
  nextDeadline: '2026-03-01T13:00:00.000Z',
  outcome: null,
  reason: null,
  detail: '',
};

const ATTRIBUTES: Attributes = {
  model: 'digits',
  candidate: 'v8-3f2a9c01b2d4',
  stage: 'canary',
  outcome: null,
  weight: 1000,
  paused: false,
};

/** A rollout in its canary, differing as said. */
export function sighting(change: Partial<Sighting> = {}): Sighting {
  return {
    target: 'local',
    endpoint: 'digits',
    workflowId: 'rollout.local.digits',
    runId: 'run-1',
    firstRunId: 'run-1',
    type: 'rollout',
    startedAt: at(0),
    closedAt: null,
    by: 'anna',
    requestId: 'request-1',
    attributes: ATTRIBUTES,
    status: STATUS,
    live: VERDICT,
    pending: [],
    close: null,
    aftermath: null,
    ...change,
  };
}

function at(second: number): string {
  return new Date(NOW - 120_000 + second * 1000).toISOString();
}
