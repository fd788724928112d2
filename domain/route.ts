import type { UserKey } from './user-key.ts';
import type { Buckets } from './buckets.ts';
import { inOrder, moveBuckets } from './buckets.ts';

/** The whole of a weight: parts per 10,000. */
export const FULL_WEIGHT = 10_000;

/** A share of live requests assigned to one version. */
export interface Arm {
  readonly version: string;
  /** Parts per 10,000. */
  readonly weight: number;
}

/** A copy of live requests sent to a version whose answers nobody sees. */
export interface Mirror {
  readonly version: string;
  /** Percent of live requests, 0 to 100. */
  readonly percent: number;
}

/** How requests of one user are kept on one arm: what names the user, and a salt that reshuffles users between rollouts. */
export type Sticky = UserKey & { readonly salt: string };

/**
 * The full traffic state of an endpoint.
 *
 * The first arm is the one that others fall back to when their version does not answer; new arms are appended, since
 * sticky hashing keeps users where they are only while the order is kept. No arms at all: the endpoint answers 503.
 */
export interface Route {
  readonly arms: readonly Arm[];
  readonly mirrors: readonly Mirror[];
  readonly sticky: Sticky | null;
  /** Which users belong to which arm, where that is not to change with the weights more than it must: during an A/B test. */
  readonly buckets?: Buckets;
}

export const EMPTY_ROUTE: Route = { arms: [], mirrors: [], sticky: null };

/** All live traffic on one version. */
export function wholeRoute(version: string, sticky: Sticky | null = null): Route {
  return { arms: [{ version, weight: FULL_WEIGHT }], mirrors: [], sticky };
}

/** `weight` of live traffic on the candidate, the rest on stable, which also answers when the candidate does not. */
export function splitRoute(stable: string, candidate: string, weight: number, sticky: Sticky | null = null): Route {
  const arms = [
    { version: stable, weight: FULL_WEIGHT - weight },
    { version: candidate, weight },
  ];
  return { arms, mirrors: [], sticky };
}

/** Any number of arms, for which no more users change their arm than must, if the route before dealt them by the same salt. */
export function bucketRoute(arms: readonly Arm[], sticky: Sticky, before: Route): Route {
  const isSameDeal = JSON.stringify(dealOf(before.sticky)) === JSON.stringify(dealOf(sticky));
  return { arms, mirrors: [], sticky, buckets: isSameDeal ? moveBuckets(bucketsOf(before), arms) : inOrder(arms) };
}

/** Which users belong to which arm. */
export function bucketsOf({ buckets, arms }: Route): Buckets {
  return buckets ?? inOrder(arms);
}

/** All live traffic on stable, `percent` of it copied to the candidate. */
export function mirrorRoute(stable: string, candidate: string, percent: number, sticky: Sticky | null = null): Route {
  return { ...wholeRoute(stable, sticky), mirrors: [{ version: candidate, percent }] };
}

/** The live weight of a version, in parts per 10,000. */
export function weightOf({ arms }: Pick<Route, 'arms'>, version: string): number {
  return arms.find((arm) => arm.version === version)?.weight ?? 0;
}

/** Every version that a route names, by weight or by mirror, each once. */
export function versionsOf(route: Route): string[] {
  return [...new Set([...route.arms, ...route.mirrors].map((part) => part.version))];
}

/** Whether two routes mean the same traffic. */
export function sameRoute(a: Route, b: Route): boolean {
  return JSON.stringify(canonical(a)) === JSON.stringify(canonical(b));
}

/** Every reason why a route cannot be programmed; empty when it can. */
export function routeFaults(route: Route): string[] {
  const faults: string[] = [];
  const total = route.arms.reduce((sum, arm) => sum + arm.weight, 0);
  if (route.arms.length > 0 && total !== FULL_WEIGHT) faults.push(`weights add up to ${total}, not ${FULL_WEIGHT}`);
  for (const arm of route.arms)
    if (!Number.isInteger(arm.weight) || arm.weight < 0) faults.push(`weight ${arm.weight} of ${arm.version}`);
  for (const mirror of route.mirrors)
    if (!(mirror.percent >= 0 && mirror.percent <= 100)) faults.push(`mirror ${mirror.percent} % of ${mirror.version}`);
  const names = route.arms.map((arm) => arm.version);
  if (new Set(names).size !== names.length) faults.push('a version has two arms');
  if (route.mirrors.length > 0 && route.arms.length > 1)
    faults.push('a mirror beside a split would send the candidate its own requests twice');
  return [...faults, ...bucketFaults(route)];
}

function bucketFaults({ arms, buckets }: Route): string[] {
  if (buckets === undefined) return [];
  const sum = (parts: readonly Arm[], version: string) =>
    parts.reduce((all, part) => all + (part.version === version ? part.weight : 0), 0);
  const faults = buckets
    .filter(({ weight }) => !Number.isInteger(weight) || weight <= 0)
    .map(({ version, weight }) => `buckets ${weight} of ${version}`);
  for (const version of new Set([...arms, ...buckets].map((part) => part.version))) {
    const [dealt, wanted] = [sum(buckets, version), sum(arms, version)];
    if (dealt !== wanted) faults.push(`buckets of ${version} add up to ${dealt}, its weight is ${wanted}`);
  }
  return faults;
}

function canonical(route: Route): unknown {
  const { arms, mirrors, sticky } = route;
  return [
    bucketsOf(route).map(({ version, weight }) => [version, weight]),
    arms.map((arm) => [arm.version, arm.weight]),
    mirrors.map((mirror) => [mirror.version, mirror.percent]),
    dealOf(sticky),
  ];
}

function dealOf(sticky: Sticky | null): unknown {
  if (sticky === null) return null;
  return 'cookie' in sticky ? ['cookie', sticky.cookie, sticky.salt] : [sticky.header, sticky.salt];
}
