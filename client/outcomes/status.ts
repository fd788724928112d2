import {
  readQuality,
  type Ask,
  type Quality,
  type QualityWindow,
  type Statement,
} from '../../gates/quality/question.ts';
import type { Pulled } from '../../domain/outcome-pull.ts';
import { readOnly } from '../endpoint/database.ts';

/** What is known of a version's labels, by when its predictions were made. */
export interface VersionOutcomes {
  readonly version: string;
  /** Logged rows that it answered. */
  readonly predictions: number;
  readonly labels: number;
  /** Labels that took the place of another one. */
  readonly revised: number;
  /** Milliseconds from the prediction to its truth: half, nine of ten, and 99 of 100 labels; `null` without labels. */
  readonly delayMs: { readonly p50: number; readonly p90: number; readonly p99: number } | null;
  /** `null` where no label can be compared with its prediction. */
  readonly quality: Quality | null;
}

/** What was read by SQL. */
export interface PullsStatus {
  /** ISO 8601; `null` before the first that was successful. */
  readonly pulledAt: string | null;
  readonly brought: Pulled | null;
  /** Those that failed since then. */
  readonly failures: number;
  readonly failedAt: string | null;
  readonly error: string | null;
}

export interface OutcomesStatus {
  readonly target: string;
  readonly endpoint: string;
  readonly since: string;
  readonly until: string;
  readonly versions: readonly VersionOutcomes[];
  /** Labels of ids that no prediction has: those that wait now, since when the first does, and those dropped so far. */
  readonly unknown: { readonly waiting: number; readonly oldest: string | null; readonly dropped: number };
  /** `null` where nothing was ever read by SQL. */
  readonly pulls: PullsStatus | null;
}

const SEARCH_MS = 120_000;

/** Reads an endpoint's labels; a slice narrows the quality alone. @throws Failure `no_database` */
export async function readOutcomes(databaseUrl: string, window: QualityWindow): Promise<OutcomesStatus> {
  return readOnly(
    databaseUrl,
    'labels',
    async (client) => {
      const { target, endpoint, since, until } = window;
      const values = [target, endpoint, since, until];
      const counts = (await client.query<Counts>(COUNTS, values)).rows;
      const ask: Ask = async <Row extends object>({ text, values }: Statement) =>
        (await client.query<Row>(text, values)).rows;
      const quality = await readQuality(ask, window);
      const [unknown] = (await client.query<Unknown>(UNKNOWN, [target, endpoint])).rows;
      const [pulls] = (await client.query<PullsRow>(PULLS, [target, endpoint])).rows;
      return {
        ...{ target, endpoint, since, until },
        versions: counts.map(({ delays, ...row }) => ({
          ...row,
          delayMs: delays && { p50: delays[0] ?? 0, p90: delays[1] ?? 0, p99: delays[2] ?? 0 },
          quality: quality[row.version] ?? null,
        })),
        unknown: {
          waiting: unknown?.waiting ?? 0,
          oldest: unknown?.oldest?.toISOString() ?? null,
          dropped: unknown?.dropped ?? 0,
        },
        pulls: pulls
          ? {
              ...pulls,
              pulledAt: pulls.pulledAt?.toISOString() ?? null,
              failedAt: pulls.failedAt?.toISOString() ?? null,
            }
          : null,
      };
    },
    { limitMs: SEARCH_MS, orElse: 'ask for a shorter time with --since' },
  );
}

interface Counts {
  readonly version: string;
  readonly predictions: number;
  readonly labels: number;
  readonly revised: number;
  readonly delays: number[] | null;
}

interface Unknown {
  readonly waiting: number;
  readonly oldest: Date | null;
  readonly dropped: number;
}

type PullsRow = Omit<PullsStatus, 'pulledAt' | 'failedAt'> & {
  readonly pulledAt: Date | null;
  readonly failedAt: Date | null;
};

const PULLS = `
  select pulled_at as "pulledAt", brought, failures, failed_at as "failedAt", error from slipway.outcome_pulls
  where target = $1 and endpoint = $2`;

const COUNTS = `
  with made as (
    select version, count(*)::float8 as predictions from slipway.predictions
    where target = $1 and endpoint = $2 and role = 'live' and version is not null
      and ts >= $3::timestamptz and ts < $4::timestamptz
    group by version
  ), labelled as (
    select version, count(*)::float8 as labels, (count(*) filter (where revision > 0))::float8 as revised,
      percentile_cont(array[0.5, 0.9, 0.99]) within group
        (order by 1000 * extract(epoch from coalesce(observed_at, received_at) - served_at)::float8) as delays
    from slipway.outcomes
    where target = $1 and endpoint = $2 and served_at >= $3::timestamptz and served_at < $4::timestamptz
    group by version
  )
  select version, coalesce(predictions, 0) as predictions, coalesce(labels, 0) as labels, coalesce(revised, 0) as revised, delays
  from made full join labelled using (version) order by version`;

const UNKNOWN = `
  select count(*)::float8 as waiting, min(received_at) as oldest,
    coalesce((select dropped from slipway.unknown_outcomes where target = $1 and endpoint = $2), 0)::float8 as dropped
  from slipway.outcomes where target = $1 and endpoint = $2 and served_at is null and batch_index is null`;
