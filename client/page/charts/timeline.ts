import { axisY, barX, ruleX, text } from '@observablehq/plot';
import { FULL_WEIGHT } from '../../../domain/route.ts';
import type { Split } from '../../endpoint/production.ts';
import type { Html } from '../html.ts';
import { versionName } from '../../../domain/ids.ts';
import { draw, timeAxis } from './document.ts';
import { ACCENT } from './series.ts';

const ROW = 30;
const EDGES = 46;

/** When each version had live traffic, and how much of it: the more, the stronger its bar. The newest version stands on top. */
export function timeline(splits: readonly Split[], versions: readonly string[], now: Date, width: number): Html {
  const bars = splits.flatMap(({ from, to, arms }) =>
    arms
      .filter(({ version }) => versions.includes(version))
      .map(({ version, weight }) => ({
        version,
        from: new Date(from),
        to: to === null ? now : new Date(to),
        share: weight / FULL_WEIGHT,
      })),
  );
  return draw('When each version had live traffic, and what share of it', {
    width,
    height: versions.length * ROW + EDGES,
    marginLeft: 52,
    marginRight: 16,
    x: { ...timeAxis(new Date(splits[0]?.from ?? now), now, width / 110), grid: true },
    opacity: { type: 'identity' },
    y: { domain: [...versions], label: null, padding: 0.35 },
    marks: [
      axisY({ tickFormat: versionName, tickSize: 0 }),
      barX(bars, {
        y: 'version',
        x1: 'from',
        x2: 'to',
        fill: ACCENT,
        fillOpacity: ({ share }: { share: number }) => 0.2 + 0.8 * share,
        insetRight: -0.5,
      }),
      ruleX([now], { strokeOpacity: 0.6, strokeDasharray: '2 3' }),
      text([now], { x: (at: Date) => at, frameAnchor: 'top', dy: -12, text: () => 'now', fontSize: 11 }),
    ],
  });
}
