import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LABELLED_ENV, RETRAIN_TAG, type CommandJob, type ProjectJob } from '../../domain/retrain.ts';
import type { Deps } from '../deps.ts';
import { failure } from '../failures.ts';
import type { TrainModel } from './job.ts';
import type { GivenData } from './job-data.ts';

/** A program to run, with all that it sees of its surroundings. */
export interface Program {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

interface Surroundings {
  readonly env: Deps['env'];
  readonly data: GivenData | null;
}

const OWN_PYTHON = fileURLToPath(new URL('../../.venv/bin/python', import.meta.url));
const RUN_PROJECT = fileURLToPath(new URL('run_project.py', import.meta.url));

// What the worker itself logs in with is no business of a training job's, unless `passEnv` says so.
const WITHHELD = /^(DATABASE_URL$|PG|SLIPWAY_|TEMPORAL_|NODE_)/;

/**
 * The program of a job, which sees the registry and the mark that MLflow puts on every run that it starts.
 *
 * @throws failure `JobFailed` for a folder or variable that the worker does not have
 */
export async function programOf(
  job: CommandJob | ProjectJob,
  { retrainId, env, data, secrets = [] }: Pick<TrainModel, 'retrainId' | 'secrets'> & Surroundings,
): Promise<Program> {
  const cwd = resolve(job.cwd ?? '.');
  if (!(await stat(cwd).catch(() => null))?.isDirectory())
    throw failure('JobFailed', `retrain.job.cwd: the worker has no folder ${cwd}`);
  const missing = job.passEnv.filter((name) => env[name] === undefined);
  if (missing.length > 0)
    throw failure('JobFailed', `retrain.job.passEnv: the worker has no environment variable ${missing.join(', ')}`);
  const { command, path } = commandOf(job, env);
  const isWithheld = (name: string) => WITHHELD.test(name) || secrets.includes(name);
  const visible = Object.entries(env).filter(([name]) => !isWithheld(name) || job.passEnv.includes(name));
  const marked = { MLFLOW_RUN_CONTEXT: JSON.stringify({ [RETRAIN_TAG]: retrainId, ...(data && lineageTags(data)) }) };
  const given = data && { [LABELLED_ENV]: data.file };
  return {
    command,
    cwd,
    env: defined({ ...Object.fromEntries(visible), PATH: path, ...job.env, ...marked, ...given }),
  };
}

/** What MLflow notes on every run of the job: which part of the log it could learn from. */
function lineageTags({ rows, from, to, sha256 }: GivenData): Record<string, string> {
  const noted = { rows: String(rows), from, to, sha256 };
  return Object.fromEntries(
    Object.entries(noted).flatMap(([name, value]) => (value === null ? [] : [[`slipway.labelled.${name}`, value]])),
  );
}

/** The words of the command, and where its programs are looked for. */
function commandOf(job: CommandJob | ProjectJob, { PATH = '', SLIPWAY_PYTHON }: Deps['env']) {
  if (job.kind === 'command') return { command: job.command, path: PATH };
  const python = SLIPWAY_PYTHON ?? (existsSync(OWN_PYTHON) ? OWN_PYTHON : null);
  // The project's `python` is then the one that has MLflow.
  if (python !== null) {
    const command = [python, RUN_PROJECT, job.uri, job.entryPoint, JSON.stringify(job.parameters)];
    return { command, path: `${dirname(python)}:${PATH}` };
  }
  const parameters = Object.entries(job.parameters).flatMap(([name, value]) => ['-P', `${name}=${value}`]);
  const run = ['run', job.uri, '--env-manager', 'local', '-e', job.entryPoint, ...parameters];
  return { command: ['mlflow', ...run], path: PATH };
}

function defined(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
