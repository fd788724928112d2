import { formatDuration } from '../domain/duration.ts';
import { formatMilliseconds, formatShare } from './render/numbers.ts';
import { indexToMs } from '../gates/histogram.ts';
import { latencyLaw } from '../gates/plan/latency-law.ts';
import { NOMINAL_RATE } from '../gates/ramp/forecast.ts';
import { readAddresses } from './stack/context.ts';
import { slipwayHome } from '../spec/home.ts';
import { trafficOf } from '../gates/plan/measured.ts';
import { describeRate, givenTraffic, type Traffic } from '../gates/plan/traffic.ts';
import { withDatabase } from './stack/parts/postgres-roles.ts';
import { withoutPassword } from './stack/addresses.ts';
import type { GateBatchBody } from '../domain/gate-batch.ts';
import type { Place } from './rollouts/place.ts';

/** What is known of an endpoint's traffic. */
export interface KnownTraffic {
  /** `null` where nothing is known. */
  readonly traffic: Traffic | null;
  /** What it is and where that comes from, or why it is not known; for people. */
  readonly note: string;
}

/** How far back traffic is looked at: far enough for a few hundred requests, near enough to be now. */
const WINDOW_MS = 15 * 60_000;
/** A second's batches for all of that. */
const MOST_BATCHES = WINDOW_MS / 1_000;

/** The rate that is given, else what the endpoint's latest sealed batches saw; that none can be read is no failure. */
export async function knownTraffic(place: Place, rate: number | undefined): Promise<KnownTraffic> {
  if (rate !== undefined) {
    const traffic = givenTraffic(rate);
    return { traffic, note: `${describeRate(traffic)}, as given` };
  }
  const { database } = await readAddresses({ home: slipwayHome(), env: process.env });
  if (!database) return unknown('no stack runs here that could have seen it');
  try {
    const traffic = trafficOf(await readLatest(database, place));
    const where = `${place.target}/${place.endpoint}`;
    if (traffic === null) return unknown(`nobody called ${where} in the last ${formatDuration(WINDOW_MS)}`);
    return { traffic, note: describe(traffic) };
  } catch {
    return unknown(`no batches can be read from ${withoutPassword(database)}`);
  }
}

function unknown(why: string): KnownTraffic {
  const shown = describeRate({ requestsPerSecond: NOMINAL_RATE });
  return { traffic: null, note: `not known, since ${why}: say it with --rate; shown for ${shown}` };
}

function describe(traffic: Traffic): string {
  const { errors, rejected, latency, labelled } = traffic;
  const law = latencyLaw(latency);
  const ms = (quantile: number) => formatMilliseconds(indexToMs(law(quantile)));
  return [
    `${describeRate(traffic)} in the last ${formatDuration(WINDOW_MS)}`,
    `${formatShare(errors)} errors`,
    `${formatShare(rejected)} rejected`,
    ...(latency === null ? [] : [`p50 ${ms(0.5)}`, `p99 ${ms(0.99)}`]),
    labelled ? `labels for ${formatShare(labelled)}` : 'no labels',
  ].join(', ');
}

async function readLatest(databaseUrl: string, { target, endpoint }: Place): Promise<GateBatchBody[]> {
  const { rows } = await withDatabase(databaseUrl, (client) =>
    client.query<{ body: GateBatchBody }>(
      `SELECT body FROM slipway.gate_batches
       WHERE target = $1 AND endpoint = $2 AND sealed_at > now() - $3 * interval '1 millisecond'
       ORDER BY sealed_at DESC LIMIT $4`,
      [target, endpoint, WINDOW_MS, MOST_BATCHES],
    ),
  );
  return rows.map(({ body }) => body);
}
