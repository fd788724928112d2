import type { ArmCounts, GateBatchBody } from '../../../domain/gate-batch.ts';
import type { BoundedCount } from './bounds.ts';
import type { Series, Target } from './counter-series.ts';
import type { Interval } from './interval.ts';
import type { PrometheusQueries } from './prometheus-queries.ts';
import { fromCumulative, sketchOf } from './bounds.ts';
import { growth, targetOf } from './counter-series.ts';
import { batchOf, consistent } from './interval.ts';
import { metricOf } from './prometheus-queries.ts';
import type { ResourceReadings, Times } from './prometheus-resources.ts';
import { resourcesFromPrometheus } from './prometheus-resources.ts';

/** The series that the queries gave; `latency` are the `_bucket`s of a histogram. */
export interface PrometheusReadings {
  readonly requests: readonly Series[];
  readonly errors: readonly Series[];
  readonly rejected: readonly Series[];
  readonly timeouts: readonly Series[];
  readonly latency: readonly Series[];
}

/**
 * A batch from counters that were scraped before and during its interval.
 *
 * A version without a scrape during the interval, or without a counter that is asked for, has no arm: silence is not zero. Of a
 * version that was scraped in part, `lost` holds the requests that the rest will have served, at the rate that is known of it.
 */
export function batchFromPrometheus(
  interval: Interval,
  readings: PrometheusReadings,
  queries: PrometheusQueries,
  used?: ResourceReadings,
): GateBatchBody {
  const { versions, scrapeMs } = queries;
  const times = { opened: Date.parse(interval.opened), sealed: Date.parse(interval.sealed), scrapeMs };
  const countedMs = (version: string) =>
    countedFor(
      Object.entries(versions).flatMap(([label, of]) => (of === version ? processesOf(readings, queries, label) : [])),
      times,
    );
  const use = used && queries.resources && resourcesFromPrometheus(times, used, queries.resources, countedMs);
  const arms: ArmCounts[] = [];
  let lost = 0;
  for (const [label, version] of Object.entries(versions)) {
    const processes = processesOf(readings, queries, label);
    const read = processes.filter((process) => isScraped(process, times));
    const resources = use?.get(version);
    if (read.length > 0 && read.every((process) => hasAllCounters(process, queries)))
      arms.push({
        version,
        ...countsOf(read, times),
        latency: latencyOf(read, times, queries),
        users: null,
        ...(resources && { resources }),
      });
    for (const process of processes) lost += missed(process, times);
  }
  return batchOf(interval, arms, lost);
}

interface Process {
  /** Of all that its process tells, also of other versions: a gateway counts for each of them. */
  readonly target: Target;
  readonly readings: PrometheusReadings;
  /** When this version's own counters were scraped. */
  readonly scrapes: readonly number[];
}

/** The counters of one version by the process that they were scraped from. */
function processesOf(readings: PrometheusReadings, queries: PrometheusQueries, label: string): Process[] {
  const { versionLabel, targetLabels } = queries;
  const placeOf = ({ labels }: Series): string => JSON.stringify(targetLabels.map((name) => labels[name] ?? ''));
  const places = Map.groupBy(allOf(readings), placeOf);
  return [...places].flatMap(([place, all]): Process[] => {
    const own = (series: readonly Series[]): readonly Series[] =>
      series.filter((each) => each.labels[versionLabel] === label && placeOf(each) === place);
    const found = {
      requests: own(readings.requests),
      errors: own(readings.errors),
      rejected: own(readings.rejected),
      timeouts: own(readings.timeouts),
      latency: own(readings.latency),
    };
    const { scrapes } = targetOf(allOf(found));
    return scrapes.length === 0 ? [] : [{ target: targetOf(all), readings: found, scrapes }];
  });
}

function allOf({ requests, errors, rejected, timeouts, latency }: PrometheusReadings): Series[] {
  return [...requests, ...errors, ...rejected, ...timeouts, ...latency];
}

/**
 * A counter with labels exists only once it has counted: where another series of the same metric was scraped, a missing one
 * is zero. A metric that is not there at all is unknown.
 */
function hasAllCounters({ readings }: Process, queries: PrometheusQueries): boolean {
  const present = new Set(readings.requests.map(({ labels }) => labels['__name__']));
  return (['requests', 'errors', 'rejected', 'timeouts'] as const).every((kind) => {
    const selector = queries[kind];
    return selector === undefined || readings[kind].length > 0 || present.has(metricOf(selector));
  });
}

function countsOf(processes: readonly Process[], { opened, sealed }: Times) {
  const sum = (kind: keyof PrometheusReadings): number =>
    total(processes, ({ target, readings }) =>
      total(readings[kind], (series) => growth(series, target, opened, sealed)),
    );
  return consistent({
    n: sum('requests'),
    errors: sum('errors'),
    timeouts: sum('timeouts'),
    rejected: sum('rejected'),
  });
}

function latencyOf(processes: readonly Process[], { opened, sealed }: Times, { latency }: PrometheusQueries) {
  const perUnit = latency?.unit === 's' ? 1000 : 1;
  const cumulative = new Map<number, number>();
  for (const { target, readings } of processes)
    for (const series of readings.latency) {
      const bound = series.labels['le'] === '+Inf' ? Infinity : Number(series.labels['le']) * perUnit;
      if (Number.isNaN(bound)) continue;
      cumulative.set(bound, (cumulative.get(bound) ?? 0) + growth(series, target, opened, sealed));
    }
  const counts: readonly BoundedCount[] = [...cumulative];
  return sketchOf(fromCumulative(counts));
}

/** How long the counts of these processes are about, on average; `null` where one of them came meanwhile. */
function countedFor(processes: readonly Process[], times: Times): number | null {
  const spans = processes
    .filter((process) => isScraped(process, times))
    .map(
      ({ scrapes }) =>
        (scrapes.findLast((at) => at <= times.sealed) ?? 0) - (scrapes.findLast((at) => at <= times.opened) ?? NaN),
    );
  const mean = total(spans, (span) => span) / spans.length;
  return Number.isFinite(mean) ? mean : null;
}

function isScraped({ scrapes }: Process, { opened, sealed }: Times): boolean {
  return scrapes.some((at) => at > opened && at <= sealed);
}

/** Scrapes come a little late at times. */
const LATE = 1.5;

/** Requests that a process will have served in the part of the interval of which nothing is known. */
function missed({ target, readings, scrapes }: Process, { opened, sealed, scrapeMs }: Times): number {
  const seen = scrapes.filter((at) => at <= sealed);
  const [first = Infinity, last = -Infinity] = [seen[0], seen.at(-1)];
  const isNewcomer = (target.scrapes[0] ?? Infinity) < first;
  const untilFirst = first > opened && first <= sealed && !isNewcomer ? first - opened : 0;
  // What it served since its last scrape comes with the next one, unless there is none.
  const sinceLast = sealed - last > LATE * scrapeMs ? Math.min(sealed - Math.max(last, opened), scrapeMs) : 0;
  const unknownMs = untilFirst + (Number.isFinite(last) ? sinceLast : 0);
  if (unknownMs === 0) return 0;
  const served = total(readings.requests, (series) => growth(series, target, first, last));
  const rate = last > first ? served / (last - first) : 0;
  // Of one scrape there is no rate; that something is missing has to show all the same.
  return Math.max(Math.round(rate * unknownMs), 1);
}

function total<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}
