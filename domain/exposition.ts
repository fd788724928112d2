/** A metric by its name in Prometheus, with every label that its samples carry. */
export interface Family<Label extends string = string> {
  /** As Prometheus advises: `slipway_…`, in base units, counters with `_total`. */
  readonly name: string;
  /** One sentence, with the unit where the name has none. */
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly Label[];
}

/** A metric of ours: `name` goes without the prefix `slipway_`. */
export function metric<Label extends string>(
  type: Family['type'],
  name: string,
  help: string,
  labels: readonly Label[],
): Family<Label> {
  return { name: `slipway_${name}`, help, type, labels };
}

/** Counts by upper bound, each bound's own without those below; what lies above the last is in `count` alone. */
export interface HistogramValue {
  readonly buckets: readonly (readonly [upperBound: number, count: number])[];
  readonly sum: number;
  readonly count: number;
}

export type Sample<Label extends string = string> = readonly [
  labels: Readonly<Record<Label, string>>,
  value: number | HistogramValue,
];

/** A metric and what it shows at one moment. */
export interface Series {
  readonly family: Family;
  readonly samples: readonly Sample[];
}

export function series<Label extends string>(family: Family<Label>, samples: readonly Sample<Label>[]): Series {
  return { family, samples };
}

/** What a server says of the text below. */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Prometheus' text format 0.0.4; a metric without samples is left out. */
export function exposition(all: readonly Series[]): string {
  return all
    .filter(({ samples }) => samples.length > 0)
    .map(({ family: { name, help, type }, samples }) => {
      const head = `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n`;
      return head + samples.map(([labels, value]) => linesOf(name, labels, value)).join('');
    })
    .join('');
}

function linesOf(name: string, labels: Readonly<Record<string, string>>, value: number | HistogramValue): string {
  if (typeof value === 'number') return line(name, labels, value);
  let sum = 0;
  const buckets = value.buckets.map(([bound, count]) => {
    sum += count;
    return line(`${name}_bucket`, { ...labels, le: String(bound) }, sum);
  });
  return [
    ...buckets,
    line(`${name}_bucket`, { ...labels, le: '+Inf' }, value.count),
    line(`${name}_sum`, labels, value.sum),
    line(`${name}_count`, labels, value.count),
  ].join('');
}

function line(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text).replaceAll('"', '\\"')}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${numeral(value)}\n`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function numeral(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
