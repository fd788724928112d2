import type { EndpointReading, ServingTarget } from '../../activities/targets/target.ts';
import type { Fence } from '../../domain/fence.ts';
import { planRollout } from '../../domain/plan.ts';
import type { Route } from '../../domain/route.ts';
import type { TrafficReading } from '../../domain/serving-contract.ts';

const never = () => Promise.reject(new Error('this test does not ask for it'));

/** A target that can everything and does nothing; tests replace what they are about. */
export function stubTarget(parts: Partial<ServingTarget> = {}): ServingTarget {
  return {
    capabilities: () =>
      Promise.resolve({ weightGranularity: 1, mirror: true, pairedAnswers: true, sticky: true, runtimes: ['mlflow'] }),
    readEndpoint: () => Promise.resolve(null),
    ensureEndpoint: never,
    ensureVersion: never,
    setRoute: never,
    readTraffic: never,
    predict: never,
    retireVersion: never,
    ...parts,
  };
}

export function readingOf(fence: Fence, route: Route): EndpointReading {
  const { serving } = planRollout({ endpoint: 'digits', model: 'digits' });
  const reading = { fence, desired: route, programmed: { fence, route }, label: 'test' };
  return { route: reading, claimed: fence, settings: serving, versions: [], url: 'http://127.0.0.1:8480/digits' };
}

export function trafficOf(version: string, requests: number, active: number): TrafficReading {
  return { at: '', since: '', versions: { [version]: { requests, active } } };
}
