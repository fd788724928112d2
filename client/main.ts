import { Command, CommanderError } from 'commander';
import { addAbort } from './commands/abort.ts';
import { addAck } from './commands/ack.ts';
import { addApprove } from './commands/approve.ts';
import { addAudit } from './commands/audit.ts';
import { addCodec } from './commands/codec.ts';
import { addDoctor } from './commands/doctor.ts';
import { addDown } from './commands/down.ts';
import { addDrill } from './commands/drill.ts';
import { addExplain } from './commands/explain.ts';
import { addGet } from './commands/get.ts';
import { addHistory } from './commands/history.ts';
import { addJudge } from './commands/judge.ts';
import { addList } from './commands/list.ts';
import { addLogs } from './commands/logs.ts';
import { addNotify } from './commands/notify.ts';
import { addOutcomes } from './commands/outcomes.ts';
import { addMonitor } from './commands/monitor.ts';
import { addPauseAndResume } from './commands/signals.ts';
import { addPlan } from './commands/plan.ts';
import { addPredictions } from './commands/predictions.ts';
import { addPromote } from './commands/promote.ts';
import { addRetrain } from './commands/retrain.ts';
import { addRollback } from './commands/rollback.ts';
import { addSchedule } from './commands/schedule.ts';
import { addSetup } from './commands/setup.ts';
import { addStart } from './commands/start.ts';
import { addStatus } from './commands/status.ts';
import { addUp } from './commands/up.ts';
import { EXIT } from './exit-codes.ts';
import { Failure } from './failure.ts';
import { InvalidConfig } from '../spec/config.ts';
import { PayloadKeyFault } from '../temporal/payload-keys.ts';
import type { Terminal } from './terminal.ts';

/** In the order of `--help`. */
const GROUPS = {
  'The local stack:': [addUp, addDown, addStatus, addDoctor, addCodec],
  'Rollouts:': [addPlan, addStart, addList, addGet, addHistory, addAudit, addExplain, addLogs],
  'The hand on a rollout:': [addPauseAndResume, addApprove, addPromote, addAbort, addRollback, addDrill],
  'What production says:': [addPredictions, addOutcomes],
  'Between rollouts:': [addMonitor, addAck],
  'New versions:': [addRetrain, addSchedule],
  'The gate alone:': [addJudge],
  'An installation of your own:': [addSetup, addNotify],
};

/** Runs one command line and returns what the shell is told. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await createProgram(terminal).parseAsync(args, { from: 'user' });
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
    .configureHelp({ showGlobalOptions: false })
    .helpCommand(false)
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText(
      'after',
      `
First steps:
  slipway up
  slipway plan -f rollout.yaml
  slipway start -f rollout.yaml --wait

Each command has examples: slipway start --help`,
    );
  for (const [group, commands] of Object.entries(GROUPS)) {
    program.commandsGroup(group);
    for (const add of commands) add(program, terminal);
  }
  return program;
}

function report(error: unknown, json: boolean, { out, err }: Terminal): number {
  // Commander has printed its message, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const failure = asFailure(error);
  const { message, code, details } = failure;
  if (json && message) out(`${JSON.stringify({ error: code, message, ...details })}\n`);
  else if (message) err(`✗ ${message}\n`);
  return failure.exitCode;
}

function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof InvalidConfig)
    return new Failure(error.message, {
      exitCode: EXIT.usage,
      code: 'invalid_config',
      details: { faults: error.faults },
    });
  if (error instanceof PayloadKeyFault)
    return new Failure(error.message, { exitCode: EXIT.usage, code: 'payload_key' });
  // A fault of ours: the stack tells where.
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new Failure(text, { code: 'unexpected', cause: error });
}
