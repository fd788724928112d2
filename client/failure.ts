import { EXIT, type ExitCode } from './exit-codes.ts';

/** A command that ends without success: the message says what was wrong, where, and what to do. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: ExitCode;
  /** A stable word for programs that read `--json`. */
  readonly code: string;
  /** What else `--json` prints. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    message: string,
    { exitCode = EXIT.unexpected, code = 'failed', details = {}, cause }: FailureOptions = {},
  ) {
    super(message, { cause });
    this.exitCode = exitCode;
    this.code = code;
    this.details = details;
  }
}

interface FailureOptions {
  readonly exitCode?: ExitCode;
  readonly code?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

export function usageFailure(message: string): Failure {
  return new Failure(message, { exitCode: EXIT.usage, code: 'usage' });
}

/** Ends with a code that is the answer itself, with nothing more to say. */
export function silentExit(exitCode: ExitCode): Failure {
  return new Failure('', { exitCode });
}
