import type { DesiredEndpoint } from '../data-plane.ts';
import { versionsOf } from '../../domain/route.ts';
import type { NamedProfile } from '../../domain/profile.ts';
import { atBoundaries } from './boundaries.ts';
import { createJudges } from './judges.ts';
import { createEndpointCounter } from './endpoint-counter.ts';
import type { EndpointCounter } from './endpoint-counter.ts';
import type { Draft } from './fence-tally.ts';
import { createFeatureReader } from './features/feature-reader.ts';
import type { FeatureReader } from './features/feature-reader.ts';
import { NO_COHORTS } from './labels/cohorts.ts';
import type { Cohorts } from './labels/cohorts.ts';
import { canBeJudged } from './labels/judged.ts';
import type { Observation } from './observation.ts';
import { PAIR_TTL_MS, createPairing } from './pairing.ts';
import { isPredictionPath } from './prediction-path.ts';
import { createProfiles } from './profile.ts';
import type { Profiles } from './profile.ts';
import { keptRows, recordsOf } from './record.ts';
import { testedRows } from './rewards/test-users.ts';
import type { PredictionRow } from './record.ts';
import { createMeters } from './resources/meters.ts';
import type { WatchedServer } from './resources/resource-meter.ts';

/** What capture has to know of an endpoint. */
export interface CapturedEndpoint extends Omit<DesiredEndpoint, 'versions' | 'label'> {
  readonly predictPaths: readonly string[];
  readonly servers: readonly WatchedServer[];
  /** What is normal of stable's inputs and answers; `null` where nothing tells. */
  readonly profile: NamedProfile | null;
}

export interface CountingPorts {
  readonly onDraft: (draft: Draft) => void;
  readonly onRows: (rows: readonly PredictionRow[]) => void;
  readonly cohorts?: Cohorts;
  readonly profiles?: Profiles;
  /** Hears why a pair could not be compared. */
  readonly onFault?: (endpoint: string, error: Error) => void;
}

/** From observations to drafts of gate batches and rows of the prediction log. */
export interface Counting {
  configure(endpoints: readonly CapturedEndpoint[]): void;
  add(observation: Observation): void;
  /** What a draft counted could not be stored. */
  addLost(draft: Draft): void;
  toleranceOf(endpoint: string): number;
  readonly retentionDays: ReadonlyMap<string, number>;
  readonly duplicates: number;
  /** Seals what is open now, at the end of the process. */
  close(): void;
}

interface Counted {
  endpoint: CapturedEndpoint;
  readonly counter: EndpointCounter;
  readonly features: FeatureReader;
  /** Also those of versions that do not run any more: requests assigned to them still come. */
  readonly predictPaths: Set<string>;
  stopClock: () => void;
}

const EXPIRY_MS = 1000;
/** Envoy sends its log in parts, and its retries take time of their own. */
const LOG_DELAY_MS = 5000;

export function createCounting(ports: CountingPorts): Counting {
  const { onDraft, onRows, cohorts = NO_COHORTS, profiles = createProfiles(null) } = ports;
  const counted = new Map<string, Counted>();
  /** What the next interval is counted by; what is sealed before it is still of the endpoint as it was. */
  const desired = new Map<string, CapturedEndpoint>();
  const meters = createMeters(profiles);
  const judges = createJudges(ports.onFault ?? (() => undefined));
  const pairing = createPairing({
    mirrorsUnder: (endpoint, fence) => counted.get(endpoint)?.counter.mirrorsUnder(fence) ?? [],
    onPair: (endpoint, pair) => {
      const known = counted.get(endpoint);
      if (!known) return;
      const judged = judges.judge(endpoint, known.endpoint.settings.capture, pair);
      if (typeof judged === 'boolean') known.counter.addPair(pair, judged);
      else void judged.then((agrees) => known.counter.addPair(pair, agrees));
    },
    onUnpaired: (endpoint, ...half) => counted.get(endpoint)?.counter.addUnpaired(...half),
  });
  const expiry = setInterval(() => pairing.expire(Date.now(), pairTtl()), EXPIRY_MS);

  /** A copy may be answered at once while its original takes all the time it has. */
  function pairTtl(): number {
    const limits = [...counted.values()].map(({ endpoint }) => endpoint.settings.timeoutMs);
    return Math.max(PAIR_TTL_MS, ...limits.map((limit) => limit + LOG_DELAY_MS));
  }

  function toleranceOf(endpoint: string): number {
    return counted.get(endpoint)?.endpoint.settings.capture.tolerance ?? 0;
  }

  function clock(name: string, { settings }: CapturedEndpoint): () => void {
    return atBoundaries(settings.batchMs, (time) => {
      const known = counted.get(name);
      if (known) send(known, known.counter.seal(time));
    });
  }

  function send({ endpoint }: Counted, drafts: readonly Draft[]): void {
    meters.withResources(drafts, endpoint).forEach(onDraft);
  }

  function begin(endpoint: CapturedEndpoint): Counted {
    const name = endpoint.endpoint;
    profiles.begin(name, endpoint.settings.model);
    const features = createFeatureReader(name, profiles);
    const bins = () => {
      const { settings, profile } = desired.get(name) ?? endpoint;
      return features.bins(settings.capture.redact, profile);
    };
    const counter = createEndpointCounter(name, Date.now(), bins);
    return { endpoint, counter, features, predictPaths: new Set(), stopClock: clock(name, endpoint) };
  }

  function update(endpoint: CapturedEndpoint): void {
    const name = endpoint.endpoint;
    desired.set(name, endpoint);
    const known = counted.get(name) ?? begin(endpoint);
    counted.set(name, known);
    if (known.endpoint.settings.batchMs !== endpoint.settings.batchMs) {
      known.stopClock();
      known.stopClock = clock(name, endpoint);
    }
    profiles.begin(name, endpoint.settings.model);
    cohorts.begin(name, endpoint.settings.batchMs);
    for (const path of endpoint.predictPaths) known.predictPaths.add(path);
    const drafts = known.counter.setRoute(endpoint.fence, endpoint.route, Date.now());
    // These are still of the route before.
    send(known, drafts);
    known.endpoint = endpoint;
    // A program that scores may be large; the next shadow starts it again.
    if (endpoint.route.mirrors.length === 0 || !endpoint.settings.capture.comparison?.score) judges.stop(name);
    meters.watch(name, endpoint.servers, versionsOf(endpoint.route));
  }

  return {
    configure(endpoints) {
      const names = new Set(endpoints.map(({ endpoint }) => endpoint));
      for (const [name, known] of counted) {
        if (names.has(name)) continue;
        known.stopClock();
        send(known, known.counter.seal(Date.now()));
        meters.forget(name);
        judges.stop(name);
        counted.delete(name);
        desired.delete(name);
      }
      endpoints.forEach(update);
    },
    add(observation) {
      const known = counted.get(observation.endpoint);
      if (known === undefined || !isPredictionPath(observation.path, known.predictPaths)) return;
      const { settings, route, profile } = known.endpoint;
      const { role, endpoint, version, startedAt, fence, isAbandoned } = observation;
      const now = Date.now();
      const isStable = observation.arm === route.arms[0]?.version;
      const asked = known.features.read(observation, settings.capture, { now, isStable, profile });
      if (role === 'live') known.counter.add(observation, now, asked);
      // A request that its client gave up on has no answer to compare.
      if (!isAbandoned) pairing.add(observation, now);
      const rows = keptRows(observation, settings.capture, known.features.content);
      onRows(testedRows(known.endpoint, observation, recordsOf(observation, settings.capture, rows)));
      const labelled = rows?.filter(({ prediction }) => canBeJudged(prediction)).length ?? 0;
      if (role === 'live' && version !== null && labelled > 0)
        cohorts.addPredictions(endpoint, { at: startedAt, fence }, version, labelled);
    },
    addLost({ endpoint, arms, lost }) {
      counted.get(endpoint)?.counter.addLost(arms.reduce((sum, { n }) => sum + n, lost));
    },
    toleranceOf,
    get retentionDays() {
      return new Map([...counted].map(([name, { endpoint }]) => [name, endpoint.settings.capture.retentionDays]));
    },
    get duplicates() {
      return pairing.duplicates;
    },
    close() {
      clearInterval(expiry);
      judges.stop();
      meters.close();
      for (const known of counted.values()) {
        known.stopClock();
        send(known, known.counter.seal(Date.now()));
      }
    },
  };
}
