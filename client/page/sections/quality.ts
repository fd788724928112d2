import { UNKNOWN_LABEL_DAYS } from '../../../domain/serving-contract.ts';
import type { ClassQuality } from '../../../gates/quality/classification.ts';
import type { Estimate } from '../../../gates/quality/interval.ts';
import type { Quality } from '../../../gates/quality/question.ts';
import type { OutcomesStatus, VersionOutcomes } from '../../outcomes/status.ts';
import { formatCount, formatNumber, formatShare } from '../../render/numbers.ts';
import { intervals, type Bounded } from '../charts/intervals.ts';
import { ACCENT } from '../charts/series.ts';
import { html, type Html, type Part } from '../html.ts';
import { figure, folded, note, sentence } from '../parts.ts';
import { table, type Column } from '../table.ts';
import { moment, rounded } from '../words.ts';
import { versionName } from '../../../domain/ids.ts';

/** What labels say of each version's predictions, how many have one, and how late it came. */
export function qualitySection({ versions, unknown }: OutcomesStatus, serving: string | null): Part {
  if (versions.length === 0) return note('Nothing was predicted in the last day.');
  const judged = versions.filter((version) => version.quality !== null);
  return [
    judged.length === 0
      ? note(sentence('No label can be compared with its prediction; `slipway outcomes push` sends labels.'))
      : html`<div class="charts">${drawn(judged, serving)}</div>`,
    table('Labels by version', versions, LABELS),
    ...judged.map(figures),
    unknown.waiting > 0 &&
      unknown.oldest !== null &&
      note(
        html`${formatCount(unknown.waiting)} labels of ids that no prediction has, the first since
        ${moment(unknown.oldest)}; each is dropped after ${UNKNOWN_LABEL_DAYS} days.`,
      ),
  ];
}

const LABELS: readonly Column<VersionOutcomes>[] = [
  { title: 'version', of: ({ version }) => versionName(version) },
  { title: 'predictions', of: ({ predictions }) => formatCount(predictions), figure: true },
  { title: 'labels', of: ({ labels }) => formatCount(labels), figure: true },
  {
    title: 'coverage',
    of: ({ predictions, labels }) => predictions > 0 && formatShare(labels / predictions),
    figure: true,
  },
  { title: 'delay, half', of: ({ delayMs }) => delayMs && delay(delayMs.p50), figure: true },
  { title: 'delay, 99 %', of: ({ delayMs }) => delayMs && delay(delayMs.p99), figure: true },
  { title: 'revised', of: ({ revised }) => revised > 0 && formatCount(revised), figure: true },
];

/** A truth may be dated before its prediction. */
function delay(ms: number): string {
  return ms < 0 ? `−${rounded(-ms)}` : rounded(ms);
}

/** One chart a measure, so that versions can be compared. */
function drawn(judged: readonly VersionOutcomes[], serving: string | null): Html[] {
  const measured = judged.flatMap(({ version, quality }) =>
    quality === null
      ? []
      : measures(quality).map(({ name, ...figures }) => ({ measure: name, version, figures, quality })),
  );
  return [...Map.groupBy(measured, ({ measure }) => measure)].map(([measure, of]) => {
    const rows = of.map(({ version, figures }): Bounded => {
      return { ...figures, name: versionName(version), color: version === serving ? ACCENT : 'currentColor' };
    });
    const format = of[0]?.quality.kind === 'classification' ? formatShare : formatNumber;
    return figure(measure, intervals(rows, { label: `${measure} of each version, with 95 % intervals`, format }));
  });
}

function measures(quality: Quality): Omit<Bounded, 'color'>[] {
  const named: Record<string, Estimate> =
    quality.kind === 'classification'
      ? { Accuracy: quality.accuracy, Precision: quality.precision, Recall: quality.recall, F1: quality.f1 }
      : { RMSE: quality.rmse, MAE: quality.mae };
  return Object.entries(named).map(([name, estimate]) => ({ name, ...estimate }));
}

function figures({ version, quality }: VersionOutcomes): Html | null {
  if (quality === null) return null;
  const format = quality.kind === 'classification' ? formatShare : formatNumber;
  const rows = measures(quality);
  const of = table(`Quality of ${versionName(version)}, with 95 % intervals`, rows, [
    { title: 'measure', of: ({ name }) => name },
    { title: 'value', of: (measure) => between(measure, format), figure: true },
  ]);
  const classes = quality.kind === 'classification' ? quality.classes : [];
  return folded(`Quality of ${versionName(version)} in figures`, [
    of,
    classes.length > 0 && classTable(version, classes),
  ]);
}

/** Classes listed; `slipway outcomes status --json` has all of them. */
const MOST_CLASSES = 30;

function classTable(version: string, classes: readonly ClassQuality[]): Html {
  const shown = classes.toSorted((a, b) => b.n - a.n).slice(0, MOST_CLASSES);
  const share = (title: string, of: (quality: ClassQuality) => Estimate): Column<ClassQuality> => ({
    title,
    of: (quality) => between(of(quality), formatShare),
    figure: true,
  });
  return table(`Classes of ${versionName(version)}, the commonest first`, shown, [
    { title: 'class', of: (quality) => quality.class },
    { title: 'labels', of: ({ n }) => formatCount(n), figure: true },
    share('precision', ({ precision }) => precision),
    share('recall', ({ recall }) => recall),
    share('F1', ({ f1 }) => f1),
  ]);
}

function between({ value, low, high }: Estimate, format: (value: number) => string): Part {
  if (low === null || high === null) return format(value);
  return html`${format(value)} <span class="range">${format(low)} to ${format(high)}</span>`;
}
