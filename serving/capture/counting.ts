import type { DesiredEndpoint } from '../data-plane.ts';
import { atBoundaries } from './boundaries.ts';
import { answersAgree } from './compare.ts';
import { createEndpointCounter } from './endpoint-counter.ts';
import type { EndpointCounter } from './endpoint-counter.ts';
import type { Draft } from './fence-tally.ts';
import type { Observation } from './observation.ts';
import { PAIR_TTL_MS, createPairing } from './pairing.ts';
import { isPredictionPath } from './prediction-path.ts';
import { recordsOf } from './record.ts';
import type { PredictionRow } from './record.ts';

/** What capture has to know of an endpoint. */
export interface CapturedEndpoint extends Omit<DesiredEndpoint, 'versions' | 'label'> {
  readonly predictPaths: readonly string[];
}

export interface CountingPorts {
  readonly onDraft: (draft: Draft) => void;
  readonly onRows: (rows: readonly PredictionRow[]) => void;
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
  /** Also those of versions that do not run any more: requests assigned to them still come. */
  readonly predictPaths: Set<string>;
  stopClock: () => void;
}

const EXPIRY_MS = 1000;
/** Envoy sends its log in parts, and its retries take time of their own. */
const LOG_DELAY_MS = 5000;

export function createCounting({ onDraft, onRows }: CountingPorts): Counting {
  const counted = new Map<string, Counted>();
  const pairing = createPairing({
    mirrorsUnder: (endpoint, fence) => counted.get(endpoint)?.counter.mirrorsUnder(fence) ?? [],
    onPair: (endpoint, pair) =>
      counted.get(endpoint)?.counter.addPair(pair, (a, b) => answersAgree(a, b, toleranceOf(endpoint))),
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
      counted.get(name)?.counter.seal(time).forEach(onDraft);
    });
  }

  function update(endpoint: CapturedEndpoint): void {
    const name = endpoint.endpoint;
    const known = counted.get(name);
    if (known === undefined) {
      const counter = createEndpointCounter(name, Date.now());
      counted.set(name, { endpoint, counter, predictPaths: new Set(), stopClock: clock(name, endpoint) });
    } else {
      if (known.endpoint.settings.batchMs !== endpoint.settings.batchMs) {
        known.stopClock();
        known.stopClock = clock(name, endpoint);
      }
      known.endpoint = endpoint;
    }
    const updated = counted.get(name);
    for (const path of endpoint.predictPaths) updated?.predictPaths.add(path);
    updated?.counter.setRoute(endpoint.fence, endpoint.route, Date.now()).forEach(onDraft);
  }

  return {
    configure(endpoints) {
      const names = new Set(endpoints.map(({ endpoint }) => endpoint));
      for (const [name, { stopClock, counter }] of counted) {
        if (names.has(name)) continue;
        stopClock();
        counter.seal(Date.now()).forEach(onDraft);
        counted.delete(name);
      }
      endpoints.forEach(update);
    },
    add(observation) {
      const known = counted.get(observation.endpoint);
      if (known === undefined || !isPredictionPath(observation.path, known.predictPaths)) return;
      if (observation.role === 'live') known.counter.add(observation, Date.now());
      // A request that its client gave up on has no answer to compare.
      if (!observation.isAbandoned) pairing.add(observation, Date.now());
      onRows(recordsOf(observation, known.endpoint.settings.capture));
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
      for (const { stopClock, counter } of counted.values()) {
        stopClock();
        counter.seal(Date.now()).forEach(onDraft);
      }
    },
  };
}
