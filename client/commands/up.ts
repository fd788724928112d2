import type { Command } from 'commander';
import { addStackFlags, changeStack, type StackFlags } from './stack.ts';
import { up } from '../stack/up.ts';
import type { Terminal } from '../terminal.ts';

export function addUp(program: Command, terminal: Terminal): void {
  addStackFlags(program.command('up'))
    .description('start what is missing of the local stack and say where it is')
    .addHelpText(
      'after',
      `
Starts Temporal with its Web UI, PostgreSQL, MLflow, the serving host and a worker, and waits until each is healthy.
A second \`up\` starts only what is missing. State, data and logs lie under SLIPWAY_HOME (default: .slipway).

An existing server is used instead of a new one when its variable is set:
  TEMPORAL_ADDRESS                a Temporal cluster; its search attributes are registered
  DATABASE_URL                    a PostgreSQL, 14 or newer, with SLIPWAY_DATABASE_OWNER_URL for the schema's owner
  MLFLOW_TRACKING_URI             an MLflow server, 3 or newer

Examples:
  slipway up
  slipway up --only temporal,postgres
  MLFLOW_TRACKING_URI=https://mlflow.example.com slipway up`,
    )
    .action((flags: StackFlags) => changeStack(up, flags, terminal));
}
