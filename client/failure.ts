import { EXIT, type ExitCode } from './exit-codes.ts';

/** A command that ends without success: the message says what was wrong, where, and what to do. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: ExitCode;
  /** A stable word for programs that read `--json`. */
  readonly code: string;

  constructor(message: string, { exitCode = EXIT.unexpected as ExitCode, code = 'failed' } = {}) {
    super(message);
    this.exitCode = exitCode;
    this.code = code;
  }
}

export function usageFailure(message: string): Failure {
  return new Failure(message, { exitCode: EXIT.usage, code: 'usage' });
}
