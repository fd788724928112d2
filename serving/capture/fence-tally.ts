import type { GateBatchBody } from '../../domain/gate-batch.ts';
import type { Fence } from '../../domain/fence.ts';
import type { Route } from '../../domain/route.ts';
import { createArmTally } from './arm-tally.ts';
import type { ArmTally } from './arm-tally.ts';
import type { Ending } from './ending.ts';
import type { EndpointBins } from './features/endpoint-bins.ts';
import type { Asked } from './features/fields.ts';
import type { Observation } from './observation.ts';
import { createPairTally } from './pair-tally.ts';
import type { PairTally } from './pair-tally.ts';

/** A sealed interval that has no number and no labels yet: both come with the place where it is stored. */
export interface Draft extends Omit<GateBatchBody, 'index' | 'labels'> {
  /** Of late ends under a fence that another has replaced: whoever watches the one in force may not look at it. */
  readonly isLate?: true;
}

/** What ended under one fence since the last sealing. */
export interface FenceTally {
  readonly isEmpty: boolean;
  add(observation: Observation, ending: Exclude<Ending, 'uncounted'>, asked: Asked | null): void;
  pair(version: string, against: string): PairTally;
  /** With `route`, arms and mirrors without any request are listed too, so that silence shows. */
  build(route: Route | null): Pick<GateBatchBody, 'arms' | 'pairs' | 'profile'>;
}

export function createFenceTally(isSticky: boolean | null, bins: EndpointBins | null): FenceTally {
  const arms = new Map<string, ArmTally>();
  const pairs = new Map<string, { version: string; against: string; tally: PairTally }>();

  function pair(version: string, against: string): PairTally {
    const key = `${version} ${against}`;
    const known = pairs.get(key) ?? { version, against, tally: createPairTally() };
    pairs.set(key, known);
    return known.tally;
  }

  return {
    get isEmpty() {
      return arms.size === 0 && pairs.size === 0;
    },
    add(observation, ending, asked) {
      // Before the route is known, the header that only sticky routes stamp tells.
      const arm = arms.get(observation.arm) ?? createArmTally(isSticky ?? observation.unit !== null, bins);
      arms.set(observation.arm, arm);
      arm.add(observation, ending, asked);
    },
    pair,
    build(route) {
      const routed = route?.arms.map((arm) => arm.version) ?? [];
      const against = routed[0];
      if (route && against !== undefined) for (const { version } of route.mirrors) pair(version, against);
      const versions = [...new Set([...routed, ...arms.keys()])];
      return {
        arms: versions.map((version) => (arms.get(version) ?? createArmTally(isSticky ?? false)).build(version)),
        pairs: [...pairs.values()].map(({ version, against, tally }) => tally.build(version, against)),
        ...(bins?.profile && { profile: bins.profile.digest }),
      };
    },
  };
}

/** The part of a draft that names it: no two intervals of an endpoint share all of it. */
export interface Interval {
  readonly endpoint: string;
  readonly fence: Fence;
  /** Milliseconds since 1970. */
  readonly opened: number;
  readonly sealed: number;
}

export function draftOf(interval: Interval, tally: FenceTally, route: Route | null, lost: number): Draft {
  const { endpoint, fence, opened, sealed } = interval;
  const times = { opened: new Date(opened).toISOString(), sealed: new Date(sealed).toISOString() };
  return { endpoint, fence, ...times, ...tally.build(route), lost };
}
