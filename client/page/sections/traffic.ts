import { formatCount, formatMilliseconds, formatShare } from '../../render/numbers.ts';
import type { Counted, Interval, TrafficDay } from '../../endpoint/tally.ts';
import { lines, type LinesOptions, type Point } from '../charts/lines.ts';
import { legend, seriesOf, type Series } from '../charts/series.ts';
import { html, type Html, type Part } from '../html.ts';
import { figure, folded, note } from '../parts.ts';
import { table, type Column } from '../table.ts';
import { moment, rounded } from '../words.ts';
import { versionName } from '../../../domain/ids.ts';

const MINUTE_MS = 60_000;

/** Requests, errors and latency of each version over the last day. */
export function trafficSection(day: TrafficDay, serving: string | null): Part {
  const { totals, intervals, intervalMs } = day;
  if (totals.length === 0) return note('Nothing was asked in the last day.');
  const series = seriesOf(
    totals.map(({ version }) => version),
    serving,
  );
  return [
    totals.length > 1 && legend(series),
    html`<div class="charts">${CHARTS.map((chart) => drawn(chart, day, series))}</div>`,
    table('Requests by version', totals, [...VERSION, ...FIGURES]),
    folded(
      `The same by ${rounded(intervalMs)}`,
      table(
        `Requests in parts of ${rounded(intervalMs)}`,
        intervals.flatMap(({ from, versions }) => versions.map((counted) => ({ from, ...counted }))),
        [{ title: 'from', of: ({ from }) => moment(from) }, ...VERSION, ...FIGURES],
      ),
    ),
  ];
}

interface Chart {
  readonly title: string;
  readonly of: (counted: Counted, minutes: number) => number | null;
  /** Where a version was not asked: 0, or no value. */
  readonly none: number | null;
  readonly least: number;
  readonly format: LinesOptions['format'];
  readonly filled?: boolean;
}

const CHARTS: readonly Chart[] = [
  {
    title: 'Requests a minute',
    of: ({ n }, minutes) => n / minutes,
    none: 0,
    least: 10,
    format: formatCount,
    filled: true,
  },
  {
    title: 'Errors, share of requests',
    of: ({ n, errors }) => errors / n,
    none: null,
    least: 0.01,
    format: formatShare,
  },
  {
    title: 'Latency, half of requests',
    of: ({ latency }) => latency?.p50 ?? null,
    none: null,
    least: 1,
    format: formatMilliseconds,
  },
  {
    title: 'Latency, 99 of 100 requests',
    of: ({ latency }) => latency?.p99 ?? null,
    none: null,
    least: 1,
    format: formatMilliseconds,
  },
];

function drawn(
  { title, of, none, least, format, filled = false }: Chart,
  day: TrafficDay,
  series: readonly Series[],
): Html {
  const [from, to] = [new Date(day.since), new Date(day.until)];
  const points = slots(day).flatMap(({ at, minutes, interval }) =>
    series.map(({ version }): Point => {
      const counted = interval?.versions.find((one) => one.version === version);
      return { version, at, value: counted && minutes > 0 ? of(counted, minutes) : none };
    }),
  );
  const names = series.map(({ version }) => versionName(version)).join(', ');
  return figure(title, lines(points, { label: `${title}: ${names}`, series, from, to, filled, least, format }));
}

/** Every part of the time, with how much of it has gone by: the first and the last one are cut off. */
function slots({ since, until, intervalMs, intervals }: TrafficDay) {
  const [begin, end] = [Date.parse(since), Date.parse(until)];
  const known = new Map<number, Interval>(intervals.map((interval) => [Date.parse(interval.from), interval]));
  const found: { at: Date; minutes: number; interval: Interval | undefined }[] = [];
  for (let from = Math.floor(begin / intervalMs) * intervalMs; from < end; from += intervalMs) {
    const covered = Math.min(from + intervalMs, end) - Math.max(from, begin);
    const middle = new Date(Math.min(Math.max(from + intervalMs / 2, begin), end));
    // Of a moment only, a rate would be anything.
    if (covered < intervalMs / 2) continue;
    found.push({ at: middle, minutes: covered / MINUTE_MS, interval: known.get(from) });
  }
  return found;
}

const VERSION: readonly Column<Counted>[] = [{ title: 'version', of: ({ version }) => versionName(version) }];

const FIGURES: readonly Column<Counted>[] = [
  { title: 'requests', of: ({ n }) => formatCount(n), figure: true },
  { title: 'errors', of: ({ n, errors }) => formatShare(errors / n), figure: true },
  { title: 'rejected', of: ({ n, rejected }) => formatShare(rejected / n), figure: true },
  { title: 'p50', of: ({ latency }) => latency && formatMilliseconds(latency.p50), figure: true },
  { title: 'p95', of: ({ latency }) => latency && formatMilliseconds(latency.p95), figure: true },
  { title: 'p99', of: ({ latency }) => latency && formatMilliseconds(latency.p99), figure: true },
];
