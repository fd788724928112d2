import { Option, type Command } from 'commander';
import { addStackFlags, changeStack, type StackFlags } from './stack.ts';
import { ENGINES, ENGINE_VARIABLE, type Engine } from '../stack/parts/temporal-engine.ts';
import { up } from '../stack/up.ts';
import type { Terminal } from '../terminal.ts';

interface UpFlags extends StackFlags {
  readonly engine?: Engine;
}

export function addUp(program: Command, terminal: Terminal): void {
  addStackFlags(program.command('up'))
    .description('start what is missing of the local stack and say where it is')
    .addOption(new Option('--engine <engine>', 'the Temporal that a new stack begins with').choices(ENGINES))
    .addHelpText(
      'after',
      `
Starts Temporal with its Web UI, PostgreSQL, MLflow, the serving host and a worker, and waits until each is healthy.
A second \`up\` starts only what is missing. State, data and logs lie under SLIPWAY_HOME (default: .slipway).

Temporal is its dev server (engine dev), or the server that production runs, with its state in the stack's PostgreSQL
(engine postgres; brought by \`npm run temporal-server\`). A stack keeps the engine that it began with.

An existing server is used instead of a new one when its variable is set:
  TEMPORAL_ADDRESS                a Temporal cluster; its search attributes are registered
  DATABASE_URL                    a PostgreSQL, 14 or newer, with SLIPWAY_DATABASE_OWNER_URL for the schema's owner
  MLFLOW_TRACKING_URI             an MLflow server, 3 or newer

Examples:
  slipway up
  slipway up --only temporal,postgres
  slipway up --engine postgres
  MLFLOW_TRACKING_URI=https://mlflow.example.com slipway up`,
    )
    .action(({ engine, ...flags }: UpFlags) =>
      changeStack(
        (options, watcher) => up({ ...options, env: withEngine(options.env, engine) }, watcher),
        flags,
        terminal,
      ),
    );
}

function withEngine(env: NodeJS.ProcessEnv, engine: Engine | undefined): NodeJS.ProcessEnv {
  return engine ? { ...env, [ENGINE_VARIABLE]: engine } : env;
}
