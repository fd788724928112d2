import pg from 'pg';
import { canonicalJson, type ArmCounts, type GateBatchBody, type LatencySketch } from '../../domain/gate-batch.ts';
import { FULL_WEIGHT } from '../../domain/route.ts';
import { sealedBatch } from '../../serving/capture/postgres-sink.ts';
import type { FakeEndpoint } from './fake-host.ts';

/** A latency distribution to draw counts from: log-normal around 20 ms, by DDSketch bucket. */
const BUCKETS = Array.from({ length: 61 }, (_, i) => ({
  index: 120 + i,
  share: Math.exp(-(((i - 30) / 14) ** 2) / 2),
}));
const WHOLE = BUCKETS.reduce((sum, { share }) => sum + share, 0);

/** Batches in one statement. */
const ROWS = 200;

/**
 * Writes what capture would: one sealed batch of every endpoint at every multiple of its interval of the wall clock, with the
 * rows and hashes of `serving/capture/postgres-sink.ts`, but many in one statement.
 */
export class BatchWriter {
  /** Live requests a second of each endpoint. */
  requestsPerSecond = 50;
  /** Endpoints whose candidate answers every second request with an error. */
  readonly broken = new Set<string>();
  /** The index of each endpoint's last batch. */
  readonly last = new Map<string, number>();
  commits = 0;
  rows = 0;
  /** How long after the end of their interval batches were written at most, in milliseconds. */
  latestMs = 0;
  readonly #pool: pg.Pool;
  readonly #target: string;
  readonly #openedAt = new Map<string, number>();
  readonly #early: GateBatchBody[] = [];
  #writing: Promise<void> = Promise.resolve();

  constructor(connectionString: string, target: string) {
    this.#pool = new pg.Pool({ connectionString, max: 1, application_name: 'slipway-capture' });
    this.#target = target;
  }

  /** Closes what is open under the route before a change, as capture does. */
  routeChanges(endpoint: FakeEndpoint): void {
    const body = this.#close(endpoint, Date.now());
    if (body) this.#early.push(body);
  }

  /** Seals what is due; called several times a second. */
  tick(endpoints: Iterable<FakeEndpoint>): void {
    const due = this.#early.splice(0);
    for (const endpoint of endpoints) {
      const { batchMs } = endpoint.settings;
      const boundary = Math.floor(Date.now() / batchMs) * batchMs;
      const opened = this.#openedAt.get(endpoint.name);
      if (opened === undefined) this.#openedAt.set(endpoint.name, Date.now());
      else if (opened < boundary) due.push(...[this.#close(endpoint, boundary)].filter((body) => body !== null));
    }
    // In the order in which endpoints began, those of one stage would all wait for those of another.
    due.sort((a, b) => orderOf(a) - orderOf(b));
    for (let from = 0; from < due.length; from += ROWS) {
      const some = due.slice(from, from + ROWS);
      this.#writing = this.#writing.then(() => this.#write(some));
    }
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#pool.end();
  }

  #close({ name, fence, route }: FakeEndpoint, sealedAt: number): GateBatchBody | null {
    const openedAt = this.#openedAt.get(name) ?? sealedAt;
    this.#openedAt.set(name, sealedAt);
    if (openedAt >= sealedAt) return null;
    const index = (this.last.get(name) ?? -1) + 1;
    this.last.set(name, index);
    const n = (this.requestsPerSecond * (sealedAt - openedAt)) / 1_000;
    const stable = route.arms[0]?.version;
    const arms = route.arms.map(({ version, weight }) => {
      const failing = this.broken.has(name) && version !== stable;
      return armOf(version, Math.round((n * weight) / FULL_WEIGHT), failing);
    });
    const [opened, sealed] = [new Date(openedAt).toISOString(), new Date(sealedAt).toISOString()];
    return { endpoint: name, fence, index, opened, sealed, arms, pairs: [], labels: [], lost: 0 };
  }

  async #write(bodies: readonly GateBatchBody[]): Promise<void> {
    const batches = bodies.map(sealedBatch);
    const column = (of: (batch: (typeof batches)[number]) => unknown) => batches.map(of);
    await this.#pool.query(
      `INSERT INTO slipway.gate_batches (target, endpoint, index, epoch, sequence, opened_at, sealed_at, body, hash)
       SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::timestamptz[],
         $7::timestamptz[], $8::jsonb[], $9::text[])`,
      [
        this.#target,
        column(({ endpoint }) => endpoint),
        column(({ index }) => index),
        column(({ fence }) => fence.epoch),
        column(({ fence }) => fence.sequence),
        column(({ opened }) => opened),
        column(({ sealed }) => sealed),
        column(({ hash: _, ...body }) => canonicalJson(body)),
        column(({ hash }) => hash),
      ],
    );
    this.commits += 1;
    this.rows += batches.length;
    for (const { sealed } of batches) this.latestMs = Math.max(this.latestMs, Date.now() - Date.parse(sealed));
  }
}

/** Mixes the endpoints, the same way each time; the batches of one endpoint stay in their order. */
function orderOf({ endpoint }: GateBatchBody): number {
  return (Number(endpoint.replace(/\D/g, '')) * 7_919) % 10_007;
}

function armOf(version: string, n: number, failing: boolean): ArmCounts {
  const errors = failing ? n >> 1 : 0;
  return { version, n, errors, timeouts: 0, rejected: 0, latency: latencies(n), users: null };
}

/** `n` requests over the distribution, a little different every time. */
function latencies(n: number): LatencySketch {
  let left = n;
  const sketch: [number, number][] = [];
  for (const { index, share } of BUCKETS) {
    const expected = (n * share) / WHOLE;
    const count = Math.min(left, Math.floor(expected + Math.random()));
    left -= count;
    if (count > 0) sketch.push([index, count]);
  }
  const [first] = sketch;
  if (first) first[1] += left;
  else if (left > 0) sketch.push([150, left]);
  return sketch;
}
