import { areaY, dot, lineY, ruleY } from '@observablehq/plot';
import type { Html } from '../html.ts';
import { draw, timeAxis } from './document.ts';
import type { Series } from './series.ts';

/** A value of one version at one time; `null` where there was nothing to measure. */
export interface Point {
  readonly version: string;
  readonly at: Date;
  readonly value: number | null;
}

export interface LinesOptions {
  /** What is drawn, with its unit: for those who cannot see it. */
  readonly label: string;
  readonly series: readonly Series[];
  readonly from: Date;
  readonly to: Date;
  /** Whether the area below the first version's line is filled: of counts. */
  readonly filled?: boolean;
  /** The axis reaches at least so far: noise about nothing is not to look like something. */
  readonly least: number;
  /** Of values on the axis. */
  readonly format: (value: number) => string;
}

const HEIGHT = 168;

/** Lines over time, one for each version; a line is broken where there was nothing to measure. */
export function lines(
  points: readonly Point[],
  { label, series, from, to, filled, least, format }: LinesOptions,
): Html {
  const most = Math.max(0, ...points.map(({ value }) => value ?? 0));
  return draw(label, {
    height: HEIGHT,
    x: timeAxis(from, to),
    y: { domain: [0, Math.max(most * 1.08, least)], grid: true, label: null, ticks: 4, tickFormat: format },
    marks: [
      ...series.flatMap(({ version, color, dash }, i) => {
        const own = points.filter((point) => point.version === version);
        const place = { x: 'at', y: 'value' };
        return [
          ...(filled && i === 0 ? [areaY(own, { ...place, fill: color, fillOpacity: 0.1 })] : []),
          lineY(own, { ...place, stroke: color, strokeWidth: 1.75, ...(dash !== null && { strokeDasharray: dash }) }),
          dot(own.filter(isAlone), { ...place, fill: color, r: 2 }),
        ];
      }),
      ruleY([0], { strokeOpacity: 0.5 }),
    ],
  });
}

/** A point between two gaps would be a line without length. */
function isAlone({ value }: Point, index: number, all: readonly Point[]): boolean {
  const isGap = (other: Point | undefined) => (other?.value ?? null) === null;
  return value !== null && isGap(all[index - 1]) && isGap(all[index + 1]);
}
