import { dot, ruleY } from '@observablehq/plot';
import type { Html } from '../html.ts';
import { draw } from './document.ts';

/** A figure with the interval that the truth lies in; without bounds where too little is known. */
export interface Bounded {
  readonly name: string;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly color: string;
}

export interface IntervalsOptions {
  readonly label: string;
  readonly format: (value: number) => string;
}

const ROW = 26;
const EDGES = 34;
/** Room for the names of versions. */
const NAMES = 44;
/** Beyond what is shown, so that no point stands on the edge. */
const SPARE = 0.06;

/** One row a figure: its value as a point, its interval as a line. */
export function intervals(rows: readonly Bounded[], { label, format }: IntervalsOptions): Html {
  const values = rows.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const spare = (most - least || Math.abs(most) || 1) * SPARE;
  return draw(label, {
    height: rows.length * ROW + EDGES,
    marginLeft: NAMES,
    marginTop: 8,
    color: { type: 'identity' },
    x: { domain: [least - spare, most + spare], label: null, ticks: 4, tickFormat: format, grid: true },
    y: { type: 'point', domain: rows.map(({ name }) => name), label: null, tickSize: 0, padding: 0.5 },
    marks: [
      ruleY(
        rows.filter(({ low, high }) => low !== null && high !== null),
        {
          y: 'name',
          x1: 'low',
          x2: 'high',
          stroke: 'color',
          strokeWidth: 3,
          strokeOpacity: 0.45,
          strokeLinecap: 'round',
        },
      ),
      dot(rows, { y: 'name', x: 'value', fill: 'color', r: 4.5 }),
    ],
  });
}
