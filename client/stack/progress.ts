import { formatDuration } from '../../domain/duration.ts';
import { paint } from '../terminal.ts';
import { ALL_PARTS } from './parts/all.ts';
import { PORT_TITLES } from './ports.ts';
import type { PartName } from './part.ts';
import type { StackWatcher } from './up.ts';

const REMINDER_MS = 10_000;
const TITLE_WIDTH = Math.max(...Object.values(ALL_PARTS).map(({ title }) => title.length)) + 2;

const TOOK_TIME: ReadonlySet<string> = new Set(['started', 'started again', 'stopped', 'killed']);

/** Shows each part's way as lines with the time it took, and now and then what is still awaited. */
export function showProgress(write: (line: string) => void): StackWatcher & { end(): void } {
  const began = new Map<PartName, number>();
  const open = new Set<PartName>();
  const line = (mark: string, name: PartName, text: string) =>
    write(`${mark} ${ALL_PARTS[name].title.padEnd(TITLE_WIDTH)}${text}\n`);
  const elapsed = (name: PartName) => formatDuration(performance.now() - (began.get(name) ?? performance.now()));
  const remind = setInterval(() => {
    for (const name of open) line(paint.dim('·'), name, paint.dim(`still at it, ${elapsed(name)}`));
  }, REMINDER_MS);
  remind.unref();
  return {
    waiting: () => write('another `slipway up` or `down` is at work on this stack; waiting for it\n'),
    moved: ({ name, from, to }) =>
      write(`port ${from} of ${PORT_TITLES[name]} is taken by someone else, using ${to}
`),
    begins(name, detail) {
      if (!began.has(name)) began.set(name, performance.now());
      open.add(name);
      line(paint.dim('·'), name, detail || '…');
    },
    done(name, what, detail) {
      open.delete(name);
      const took = TOOK_TIME.has(what) ? ` in ${elapsed(name)}` : '';
      line(paint.good('✓'), name, `${what}${took}${detail ? `  ${detail}` : ''}`);
    },
    failed(name, reason) {
      open.delete(name);
      line(paint.bad('✗'), name, reason);
    },
    end: () => clearInterval(remind),
  };
}
