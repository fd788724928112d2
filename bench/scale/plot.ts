/** One line of a plot: points in rising order of x. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const SIZE = { width: 640, height: 320, left: 60, right: 150, top: 40, bottom: 45 };
const COLOURS = ['#0b6e99', '#b3541e', '#4b7f2b', '#6b4ea0'];

/** A plot as SVG, both axes logarithmic, every point with its number: cost in proportion is a line at 45 degrees. */
export function costPlot(title: string, xName: string, series: readonly Series[]): string {
  const all = series.flatMap(({ points }) => points);
  const x = scale(
    all.map(([value]) => value),
    SIZE.left,
    SIZE.width - SIZE.right,
  );
  const y = scale(
    all.map(([, value]) => value),
    SIZE.height - SIZE.bottom,
    SIZE.top,
  );
  const ticks = [...new Set(all.map(([value]) => value))].map((value) =>
    text(x(value), SIZE.height - SIZE.bottom + 18, String(value), 'middle'),
  );
  const axis = `<path d="M${SIZE.left} ${SIZE.top}V${SIZE.height - SIZE.bottom}H${SIZE.width - SIZE.right}" class="axis"/>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${SIZE.height}" font-family="sans-serif" font-size="11">`,
    '<style>.axis,polyline{fill:none}.axis{stroke:#888}polyline{stroke-width:2}</style>',
    `<rect width="${SIZE.width}" height="${SIZE.height}" fill="#fff"/>`,
    text(SIZE.left, 20, title, 'start', '#222'),
    axis,
    ...ticks,
    text((SIZE.left + SIZE.width - SIZE.right) / 2, SIZE.height - 8, xName, 'middle'),
    ...series.map(({ name, points }, i) => line(name, points, COLOURS[i % COLOURS.length] ?? '#000', x, y)),
    '</svg>',
    '',
  ].join('\n');
}

function line(
  name: string,
  points: Series['points'],
  colour: string,
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  const at = points.map(([px, py]) => [x(px), y(py), py] as const);
  const [lastX, lastY] = at.at(-1) ?? [0, 0];
  return [
    `<polyline points="${at.map(([px, py]) => `${px},${py}`).join(' ')}" stroke="${colour}"/>`,
    ...at.map(([px, py]) => `<circle cx="${px}" cy="${py}" r="3" fill="${colour}"/>`),
    ...at.map(([px, py, value]) => text(px, py - 7, String(value), 'middle', colour)),
    text(lastX + 22, lastY + 4, name, 'start', colour),
  ].join('');
}

function text(x: number, y: number, words: string, anchor: 'start' | 'middle', colour = '#444'): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${colour}">${words}</text>`;
}

/** Logarithmic, so that ten, a hundred and a thousand stand side by side. */
function scale(values: readonly number[], from: number, to: number): (value: number) => number {
  const logs = values.filter((value) => value > 0).map(Math.log10);
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const span = high - low || 1;
  return (value) => Math.round(from + ((Math.log10(Math.max(value, 10 ** low)) - low) / span) * (to - from));
}
