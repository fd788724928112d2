import { join } from 'node:path';
import type { RolloutSpec } from '../../../domain/rollout-spec.ts';
import type { Outcome } from '../../../domain/outcome.ts';
import type { Cell, Path } from './matrix.ts';

const SERVER = join(import.meta.dirname, 'model-server.ts');

/** What every rollout of the campaign has in common: a fast server, and gates that a few seconds of traffic decide. */
const COMMON = {
  runtime: {
    kind: 'command',
    command: [process.execPath, SERVER, '{port}'],
    healthPath: '/',
    predictPath: '/invocations',
  },
  shadow: false,
  soak: false,
  // Wide: what is under test is that rollouts come to an end, not how finely gates judge on a machine that is short of processors.
  gates: {
    batch: '1s',
    minRequests: 20,
    errors: { margin: 0.3 },
    rejected: { margin: 0.3 },
    latency: { p50: { margin: 50 }, p95: { margin: 200 } },
    limits: { errorRate: 0.9 },
  },
} satisfies Partial<RolloutSpec>;

/** How fast a lane's rollout goes, in milliseconds. */
export interface Pace {
  /** Shortest time of a canary's step. */
  readonly stepMs: number;
  /** How much longer than the fault the soak lasts. */
  readonly soakMs: number;
  /** Longest random wait before the fault. */
  readonly waitMs: number;
}

export const CALM: Pace = { stepMs: 5_000, soakMs: 20_000, waitMs: 2_000 };
/** For a sample among other tests. */
export const HURRIED: Pace = { stepMs: 2_000, soakMs: 10_000, waitMs: 500 };

/** One endpoint with the rollout that is done on it again and again. */
export interface Lane {
  readonly path: Path;
  /** Also the name of its model. */
  readonly endpoint: string;
  /** What the registry calls the candidate now: 1 and 2 take turns. */
  readonly version: '1' | '2';
}

/** The rollout of a lane, for a fault that lasts `faultMs`. */
export function specOf(
  { path, endpoint, version }: Lane,
  { component }: Cell,
  faultMs: number,
  pace: Pace,
): RolloutSpec {
  const place = { endpoint, model: endpoint, version };
  // The registry is needed when all traffic has moved: soon, then, so that its fault is met there.
  const steps = component === 'MLflow' ? [50] : [20, 50];
  const minDuration = `${component === 'MLflow' ? 500 : pace.stepMs}ms` as const;
  // A candidate whose server was killed needs many requests until it is proved again; it may as well be held.
  const patienceMs = component.endsWith('model server') ? 20_000 : 60_000;
  switch (path) {
    case 'forward':
      return {
        ...COMMON,
        ...place,
        canary: { steps, minDuration, maxDuration: `${faultMs + patienceMs}ms` },
      };
    case 'rollback':
      return { ...COMMON, ...place, canary: { steps: [50], minDuration: '1h', maxDuration: '2h' } };
    case 'soak':
      // A window of 20 ms is as short as the way to the worker and back: about every five seconds it continues as new.
      return {
        ...COMMON,
        ...place,
        canary: { steps: [] },
        soak: { duration: `${faultMs + pace.soakMs}ms`, window: '20ms' },
      };
  }
}

/** The first version of an endpoint, which needs no proof. */
export function firstSpecOf(endpoint: string): RolloutSpec {
  return { ...COMMON, endpoint, model: endpoint, version: '1', canary: { steps: [] } };
}

/** How the rollout of a path may end under a fault. Whatever is not here is a violation. */
export function allowedOutcomes({ component }: Cell, path: Path): readonly Outcome[] {
  if (path === 'rollback') return ['aborted'];
  // What happens to predictions may well be held against the candidate, or leave the gate without a proof.
  const touchesPredictions = component === 'Envoy' || component.endsWith('model server');
  return touchesPredictions ? ['promoted', 'rolled_back', 'held'] : ['promoted'];
}
