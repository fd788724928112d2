import { series, type HistogramValue, type Sample, type Series } from '../../../domain/exposition.ts';
import { DURATION_BOUNDS, SERVING_METRICS } from '../../../domain/metrics/serving.ts';
import type { EndpointStatus } from '../../../domain/serving-contract.ts';
import type { VersionTotals } from '../../capture/totals.ts';
import type { CaptureMetrics } from '../../data-plane.ts';

const RESULTS = ['ok', 'rejected', 'error', 'timeout'] as const;

interface Counted {
  readonly labels: { readonly endpoint: string; readonly version: string };
  readonly totals: VersionTotals;
}

/** What capture has counted of the versions that a host has now; others would stay for ever. */
export function captureSeries(statuses: readonly EndpointStatus[], capture: CaptureMetrics): Series[] {
  const counted = statuses.flatMap(({ endpoint, versions }) =>
    versions.flatMap(({ key }): Counted[] => {
      const totals = capture.totals[endpoint]?.versions[key];
      return totals ? [{ labels: { endpoint, version: key }, totals }] : [];
    }),
  );
  const each = (value: (totals: VersionTotals) => number | HistogramValue) =>
    counted.map(({ labels, totals }) => [labels, value(totals)] as const);
  const lost = statuses.map(({ endpoint }) => [{ endpoint }, capture.totals[endpoint]?.lost ?? 0] as const);
  return [
    series(
      SERVING_METRICS.predictions,
      counted.flatMap(({ labels, totals }) =>
        RESULTS.map((result) => [{ ...labels, result }, totals[result]] as const),
      ),
    ),
    series(
      SERVING_METRICS.duration,
      each(({ durations, durationSeconds }) => histogramOf(durations, durationSeconds)),
    ),
    ...generationSeries(counted),
    series(SERVING_METRICS.pairs, counted.flatMap(pairsOf)),
    series(
      SERVING_METRICS.labels,
      each(({ labels }) => labels),
    ),
    series(
      SERVING_METRICS.labelsCorrect,
      each(({ labelsCorrect }) => labelsCorrect),
    ),
    series(SERVING_METRICS.lost, lost),
    series(SERVING_METRICS.shed, [[{}, capture.shed]]),
    series(SERVING_METRICS.queuedPredictions, [[{}, capture.queuedRows]]),
    series(SERVING_METRICS.queuedBatches, [[{}, capture.queuedBatches]]),
    series(SERVING_METRICS.lag, [[{}, capture.lagMs / 1000]]),
  ];
}

/** Of versions that generate; the others have none of it. */
function generationSeries(counted: readonly Counted[]): Series[] {
  const streaming = counted.filter(({ totals }) => totals.firstTokens.some((count) => count > 0));
  const telling = counted.filter(({ totals }) => totals.tokens.answers > 0);
  return [
    series(
      SERVING_METRICS.firstToken,
      streaming.map(
        ({ labels, totals }) => [labels, histogramOf(totals.firstTokens, totals.firstTokenSeconds)] as const,
      ),
    ),
    series(
      SERVING_METRICS.tokens,
      telling.flatMap(({ labels, totals }) =>
        (['input', 'output'] as const).map(
          (direction) => [{ ...labels, direction }, totals.tokens[direction]] as const,
        ),
      ),
    ),
    series(
      SERVING_METRICS.tokenAnswers,
      telling.map(({ labels, totals }) => [labels, totals.tokens.answers] as const),
    ),
  ];
}

function histogramOf(durations: readonly number[], sum: number): HistogramValue {
  const buckets = DURATION_BOUNDS.map((bound, at) => [bound, durations[at] ?? 0] as const);
  return { buckets, sum, count: durations.reduce((sum, count) => sum + count, 0) };
}

function pairsOf({ labels, totals }: Counted): Sample<'endpoint' | 'version' | 'against' | 'result'>[] {
  return Object.entries(totals.pairs).flatMap(([against, sums]) =>
    Object.entries(sums).map(([result, count]) => [{ ...labels, against, result }, Number(count)] as const),
  );
}
