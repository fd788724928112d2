import type { When } from '../inject/boundary.ts';
import { ABORTED_BLIND, type Path } from './paths.ts';
import type { Port } from './world-call.ts';

export type Component = 'worker' | Port;

/** Faults of a whole process strike many rollouts at once, the others one activity. */
export const PROCESS_FAULTS = ['kill -9', 'stop', 'restart'] as const;
export type ProcessFault = (typeof PROCESS_FAULTS)[number];
export type Fault = ProcessFault | 'error' | 'connection refused' | 'slow' | 'answer lost' | 'garbage';

/** A place of a path that a fault can strike: `shiftTraffic canary-10 #1`, `… → setRoute` for a call within. */
export interface Point {
  readonly component: Component;
  readonly place: string;
  readonly when: When;
}

/** One fault at one point of one rollout. */
export interface Case {
  readonly path: Path;
  readonly point: Point;
  readonly fault: Fault;
}

const WORKER_FAULTS: Readonly<Record<When, readonly Fault[]>> = {
  'before the call': ['kill -9', 'stop', 'restart', 'error'],
  'after the effect': ['kill -9', 'stop', 'restart', 'error'],
  'after the record': ['kill -9', 'stop'],
};
const PORT_FAULTS: Readonly<Record<When, readonly Fault[]>> = {
  'before the call': ['connection refused', 'slow'],
  'after the effect': ['answer lost', 'garbage'],
  'after the record': [],
};

/** Every fault at every point that a dry run of the path came by. */
export function casesOf(path: Path, points: readonly Point[]): Case[] {
  const struck = points.filter(({ place }) => path.struck?.(placeOf(place)) ?? true);
  return struck.flatMap((point) =>
    (point.component === 'worker' ? WORKER_FAULTS : PORT_FAULTS)[point.when].map((fault) => ({ path, point, fault })),
  );
}

/** A person aborts while the worker is dead, at every point of the forward path. */
export function blindAborts(forward: readonly Case[]): Case[] {
  return forward.filter(({ fault }) => fault === 'kill -9').map((given) => ({ ...given, path: ABORTED_BLIND }));
}

/** The activity's place, for a call within one. */
export function placeOf(place: string): string {
  return place.split(' → ')[0] ?? place;
}
