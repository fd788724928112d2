import { styleText } from 'node:util';

/** Where a command writes, apart from the process so that tests can read it. */
export interface Terminal {
  /** What was asked for. */
  readonly out: (text: string) => void;
  /** Progress and faults. */
  readonly err: (text: string) => void;
  /** Whether `out` is a screen that can be redrawn. */
  readonly isScreen: boolean;
  readonly columns: number;
  readonly rows: number;
}

export const terminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isScreen: process.stdout.isTTY === true,
  columns: process.stdout.columns || 100,
  rows: process.stdout.rows || 50,
};

/** Colours only where a person sees them: `styleText` heeds NO_COLOR, FORCE_COLOR and whether the stream is a screen. */
export const paint = {
  good: (text: string) => styleText('green', text, { stream: process.stdout }),
  bad: (text: string) => styleText('red', text, { stream: process.stdout }),
  warn: (text: string) => styleText('yellow', text, { stream: process.stdout }),
  dim: (text: string) => styleText('dim', text, { stream: process.stdout }),
  bold: (text: string) => styleText('bold', text, { stream: process.stdout }),
};
