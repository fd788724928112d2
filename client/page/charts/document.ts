import { parseHTML } from 'linkedom';
import { plot, type PlotOptions } from '@observablehq/plot';
import { html, Html } from '../html.ts';

/** A document to draw into; nothing shows it. */
const { document } = parseHTML('<!doctype html><html><body></body></html>') as unknown as { document: object };

/** What is used of an element: the types of a browser's own are not those of the rest of the house. */
interface Element {
  readonly outerHTML: string;
  removeAttribute(name: string): void;
  remove(): void;
  querySelectorAll(selector: string): Iterable<Element>;
}

/** Charts stand in columns of about this many pixels, so that one drawing is readable on every screen. */
export const WIDTH = 420;

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** An axis of time: the hour, with seconds where minutes do not tell, and the day where it begins or hours do not. */
export function timeAxis(from: Date, to: Date, ticks = 4) {
  const isLong = to.getTime() - from.getTime() > 4 * DAY_MS;
  const day = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short' });
  const isShort = to.getTime() - from.getTime() < ticks * MINUTE_MS;
  const hour = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', timeStyle: isShort ? 'medium' : 'short' });
  const tickFormat = (at: Date) => (isLong || at.getTime() % DAY_MS === 0 ? day : hour).format(at);
  return { type: 'utc', domain: [from, to], label: null, ticks, tickFormat } as const;
}

/** A chart as markup; colours are the page's, so that it fits light and dark. `label` says what is drawn. */
export function draw(label: string, options: PlotOptions): Html {
  const drawing: object = {
    document,
    width: WIDTH,
    marginLeft: 44,
    marginRight: 12,
    ...options,
    style: { fontSize: '12px' },
  };
  const drawn = plot(drawing) as unknown as Element;
  // What is inside one image has no names of its own.
  for (const part of drawn.querySelectorAll('g[aria-label]')) part.removeAttribute('aria-label');
  for (const part of drawn.querySelectorAll('style')) part.remove();
  // linkedom leaves < and > in attributes as they are.
  return html`<svg role="img" aria-label="${label}" ${new Html(drawn.outerHTML.replace(/^<svg/, ''))}`;
}
