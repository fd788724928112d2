import type { DriftDistances, FindingKind, Measure } from '../../../domain/monitor.ts';
import type { MonitorSighting } from '../../monitors/monitors.ts';
import { formatNumber } from '../../render/numbers.ts';
import { formatValue } from '../../render/units.ts';
import { html, type Html, type Part } from '../html.ts';
import { folded, note } from '../parts.ts';
import { table, type Column } from '../table.ts';

const TABLES: Readonly<Partial<Record<FindingKind, { readonly caption: string; readonly first: string }>>> = {
  drift: { caption: 'How far inputs and answers lie from those of the validation', first: 'feature' },
  input_quality: { caption: 'Values of inputs that are wrong', first: 'input' },
  resources: { caption: 'What its servers use', first: 'resource' },
};
/** Listed at once, those nearest to their limits; the others are folded away. */
const MOST_SHOWN = 8;
const LEAST_TOLD = 0.0001;

/** What was measured of the version last, against what would be a finding. */
export function measuresSection({ status }: MonitorSighting): Part {
  if (status === null) return note('No worker answered, so nobody knows what was measured.');
  const { measures = [] } = status;
  if (measures.length === 0) return note('No window has measured anything yet.');
  return Object.entries(TABLES).map(([kind, { caption, first }]) => {
    const own = measures.filter((measure) => measure.kind === kind).toSorted((a, b) => used(b) - used(a));
    if (own.length === 0) return null;
    const listed = (rows: readonly Measure[], title: string) =>
      table(title, rows, columnsOf(first, kind === 'drift' ? 'index' : 'measured'));
    const rest = own.slice(MOST_SHOWN);
    return [
      listed(own.slice(0, MOST_SHOWN), caption),
      rest.length > 0 && folded(`${rest.length} more, further from their limits`, listed(rest, caption)),
      own.some(({ distances }) => distances) &&
        folded('Other distances', table(caption, own, [NAME(first), ...DISTANCES])),
    ];
  });
}

const NAME = (title: string): Column<Measure> => ({ title, of: ({ subject }) => subject });

const DISTANCES: readonly Column<Measure>[] = (
  [
    ['Jensen–Shannon', 'jensenShannon'],
    ['Kolmogorov–Smirnov', 'kolmogorovSmirnov'],
    ['Wasserstein', 'wasserstein'],
    ['chi-square, p', 'chiSquareP'],
  ] satisfies [string, keyof DriftDistances][]
).map(([title, key]) => ({
  title,
  of: ({ distances }) => distances?.[key] !== undefined && told(distances[key]),
  figure: true,
}));

/** A chance or a distance of next to nothing is not told as none. */
function told(value: number): string {
  return value > 0 && value < LEAST_TOLD ? `< ${LEAST_TOLD}` : formatNumber(value);
}

function columnsOf(first: string, measured: string): Column<Measure>[] {
  return [
    NAME(first),
    { title: measured, of: ({ value, unit }) => formatValue(value, unit), figure: true },
    { title: 'limit', of: ({ limit, unit }) => formatValue(limit, unit), figure: true },
    { title: 'of the limit', of: bar, figure: true },
  ];
}

function bar(measure: Measure): Html {
  const share = used(measure);
  return html`<span>
    ${Math.round(100 * share)} %
    <meter
      min="0"
      low="0.7"
      high="0.999"
      max="1"
      optimum="0"
      value="${Math.min(share, 1).toFixed(3)}"
      aria-label="${measure.subject}"
    ></meter>
  </span>`;
}

function used({ value, limit }: Measure): number {
  return value / limit;
}
