import { Command, CommanderError } from 'commander';
import { addDown } from './commands/down.ts';
import { addStatus } from './commands/status.ts';
import { addUp } from './commands/up.ts';
import { EXIT } from './exit-codes.ts';
import { Failure } from './failure.ts';
import { paint, type Terminal } from './terminal.ts';

/** Runs one command line and returns what the shell is told. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  const program = createProgram(terminal);
  try {
    await program.parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    return report(error, args.includes('--json'), terminal);
  }
}

export function createProgram(terminal: Terminal): Command {
  const program = new Command('slipway')
    .description(
      'Durable rollouts of machine-learning models: out as far as the evidence allows, and back when it turns.',
    )
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .showSuggestionAfterError()
    .exitOverride();
  addUp(program, terminal);
  addDown(program, terminal);
  addStatus(program, terminal);
  return program;
}

function report(error: unknown, json: boolean, { out, err }: Terminal): number {
  // Commander has printed its message, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const code = error instanceof Failure ? error.code : 'unexpected';
  const message = error instanceof Error ? error.message : String(error);
  if (json && message) out(`${JSON.stringify({ error: code, message })}\n`);
  else if (message) err(`${paint.bad('✗')} ${message}\n`);
  if (!(error instanceof Failure) && error instanceof Error) err(`${paint.dim(error.stack ?? '')}\n`);
  return error instanceof Failure ? error.exitCode : EXIT.unexpected;
}
