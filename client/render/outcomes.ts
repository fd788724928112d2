import { formatDuration } from '../../domain/duration.ts';
import { versionName } from '../../domain/ids.ts';
import { UNKNOWN_LABEL_DAYS } from '../../domain/serving-contract.ts';
import type { ClassificationQuality } from '../../gates/quality/classification.ts';
import type { Estimate } from '../../gates/quality/interval.ts';
import type { OutcomesStatus, PullsStatus, VersionOutcomes } from '../outcomes/status.ts';
import { paint } from '../terminal.ts';
import { columns } from './columns.ts';
import { formatCount, formatDay, formatNumber, formatShare } from './numbers.ts';

const HEADER = ['version', 'predictions', 'labels', 'coverage', 'delay, half', '90 %', '99 %', 'revised'];

/** Classes shown by themselves; `--json` has all of them. */
const MOST_CLASSES = 12;

export function renderOutcomes({ since, until, versions, unknown, pulls }: OutcomesStatus): string {
  const lines = [`predictions from ${formatDay(since)} to ${formatDay(until)}`];
  if (versions.length === 0) lines.push('none');
  else lines.push(...columns([HEADER.map((title) => paint.dim(title)), ...versions.map(rowOf)]));
  for (const { version, quality } of versions) {
    if (quality === null) continue;
    lines.push('', `${versionName(version)} on ${formatCount(quality.n)} labels, with 95 % intervals`);
    if (quality.kind === 'classification') lines.push(...classLines(quality));
    else {
      const { mse, rmse, mae, r2 } = quality;
      const shown = { MSE: mse, RMSE: rmse, MAE: mae };
      const rows = Object.entries(shown).map(([name, figure]) => [name, between(figure, formatNumber)]);
      if (r2 !== null) rows.push(['R²', formatNumber(r2)]);
      lines.push(...columns(rows).map((line) => `  ${line}`));
    }
  }
  const { waiting, oldest, dropped } = unknown;
  if (waiting + dropped > 0) lines.push('');
  if (waiting > 0 && oldest !== null)
    lines.push(
      `${paint.warn('!')} ${formatCount(waiting)} labels of ids that no prediction has, the first since ${formatDay(oldest)}; each is dropped after ${UNKNOWN_LABEL_DAYS} days`,
    );
  if (dropped > 0) lines.push(`  ${formatCount(dropped)} such labels were dropped so far`);
  if (pulls) lines.push('', ...pullLines(pulls));
  return `${lines.join('\n')}\n`;
}

function pullLines({ pulledAt, brought, failures, failedAt, error }: PullsStatus): string[] {
  const lines: string[] = [];
  if (pulledAt !== null && brought !== null) {
    const { rows, accepted, revised, unknown, rewards, rejected, rejection } = brought;
    const counted = {
      'new labels': accepted,
      revised,
      'of ids that no prediction has': unknown,
      'new rewards': rewards,
    };
    const parts = Object.entries(counted).flatMap(([what, n]) => (n > 0 ? [`${formatCount(n)} ${what}`] : []));
    lines.push(`read by SQL ${formatDay(pulledAt)}: ${[`${formatCount(rows)} rows`, ...parts].join(', ')}`);
    if (rejected > 0)
      lines.push(`  ${paint.warn(`${formatCount(rejected)} rows were rejected, the first since ${rejection}`)}`);
  }
  if (failures > 0 && failedAt !== null)
    lines.push(
      `${paint.bad('✗')} ${formatCount(failures)} times in a row nothing could be read by SQL, last ${formatDay(failedAt)}: ${error}`,
    );
  return lines;
}

function rowOf({ version, predictions, labels, revised, delayMs }: VersionOutcomes): string[] {
  const delays = delayMs === null ? ['', '', ''] : [delayMs.p50, delayMs.p90, delayMs.p99].map(delay);
  const coverage = predictions === 0 ? '' : formatShare(labels / predictions);
  return [
    versionName(version),
    ...[formatCount(predictions), formatCount(labels), coverage],
    ...delays,
    revised === 0 ? '' : formatCount(revised),
  ];
}

/** A truth may be dated before its prediction. */
function delay(ms: number): string {
  return ms < 0 ? `−${formatDuration(-ms)}` : formatDuration(ms);
}

function classLines({ accuracy, precision, recall, f1, classes }: ClassificationQuality): string[] {
  const shown = classes.toSorted((a, b) => b.n - a.n).slice(0, MOST_CLASSES);
  const rows = [
    ['', ...['labels', 'precision', 'recall', 'F1'].map((title) => paint.dim(title))],
    ['mean of classes', '', ...[precision, recall, f1].map((figure) => between(figure, formatShare))],
    ...shown.map((of) => [
      of.class,
      formatCount(of.n),
      ...[of.precision, of.recall, of.f1].map((figure) => between(figure, formatShare)),
    ]),
  ];
  const more = classes.length - shown.length;
  return [
    `  accuracy ${between(accuracy, formatShare)}`,
    ...columns(rows).map((line) => `  ${line}`),
    ...(more > 0 ? [`  and ${more} more classes`] : []),
  ];
}

function between({ value, low, high }: Estimate, format: (value: number) => string): string {
  return low === null || high === null ? format(value) : `${format(value)} (${format(low)} to ${format(high)})`;
}
