import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Scoring } from '../../domain/comparison.ts';
import { visibleEnvironment } from '../visible-environment.ts';

/** A program that is asked how alike two answers are. */
export interface Scorer {
  /** The similarity that it tells. Rejects when it gives no number in time, has ended, or has too much to do already. */
  score(served: unknown, mirrored: unknown): Promise<number>;
  /** Ends the program. */
  stop(): void;
}

/** Questions that may be open: beyond these a program does not keep up, and more would only grow the heap. */
const MOST_OPEN = 256;
/** After a program has ended or was ended: one that cannot start must not be started for every pair. */
const RESTART_MS = 1_000;

interface Open {
  readonly resolve: (similarity: number) => void;
  readonly reject: (error: Error) => void;
}

type Program = ChildProcessByStdio<Writable, Readable, null>;

/** Starts the program when it is first needed, and again after it has ended. */
export function createScorer({ command, timeoutMs }: Omit<Scoring, 'atLeast'>): Scorer {
  let program: Program | null = null;
  let open: Open[] = [];
  let patience: NodeJS.Timeout | undefined;
  let notBefore = 0;

  function start(): Program {
    const [file = '', ...args] = command;
    const started = spawn(file, args, { env: visibleEnvironment(), stdio: ['pipe', 'pipe', 'inherit'] });
    started.once('error', (error) => end(started, `cannot be started: ${error.message}`));
    started.once('exit', (code, signal) => end(started, `has ended with ${signal ?? `code ${code}`}`));
    started.stdin.on('error', () => undefined); // its end is told by `exit`
    createInterface({ input: started.stdout }).on('line', (line) => take(started, line));
    return started;
  }

  function take(from: Program, line: string): void {
    if (from !== program) return;
    const similarity = similarityIn(line);
    if (similarity === null)
      return end(from, `answered ${JSON.stringify(line.slice(0, 200))}, not {"similarity": a number}`);
    open.shift()?.resolve(similarity);
    watch(from);
  }

  /** Answers come in order: the oldest question's time is what counts. */
  function watch(running: Program): void {
    clearTimeout(patience);
    if (open.length > 0) patience = setTimeout(() => end(running, `gave no answer for ${timeoutMs} ms`), timeoutMs);
  }

  function end(which: Program, why: string): void {
    if (which !== program) return;
    program = null;
    notBefore = Date.now() + RESTART_MS;
    clearTimeout(patience);
    which.kill('SIGKILL');
    const left = open;
    open = [];
    for (const { reject } of left) reject(new Error(`the scoring program ${command.join(' ')} ${why}`));
  }

  return {
    score(served, mirrored) {
      if (open.length >= MOST_OPEN) return Promise.reject(new Error(`${MOST_OPEN} answers wait to be scored already`));
      if (!program && Date.now() < notBefore) return Promise.reject(new Error('the scoring program has just ended'));
      const running = (program ??= start());
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      open.push({ resolve, reject });
      if (open.length === 1) watch(running);
      running.stdin.write(`${JSON.stringify({ served, mirrored })}\n`);
      return promise;
    },
    stop() {
      if (program) end(program, 'was stopped');
    },
  };
}

function similarityIn(line: string): number | null {
  try {
    const { similarity } = JSON.parse(line) as { similarity?: unknown };
    return typeof similarity === 'number' && Number.isFinite(similarity) ? similarity : null;
  } catch {
    return null;
  }
}
