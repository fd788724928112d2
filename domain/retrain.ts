import { formatDuration, parseDuration, type Duration } from './duration.ts';

/** How a new version is trained, as a person writes it: exactly one of `command`, `project` and `webhook`. */
export interface RetrainSpec {
  job: {
    /** A program on the worker, with its arguments; needs no shell. */
    command?: string[];
    /** Folder in which the command runs; the worker's own when absent. */
    cwd?: string;
    env?: Record<string, string>;
    /** Variables of the worker's environment that the job gets too; secrets go this way, by name. */
    passEnv?: string[];
    project?: { uri: string; entryPoint?: string; parameters?: Record<string, string | number> };
    webhook?: WebhookSpec;
  };
  /** Logged predictions whose truth is known, for the job to train on; none when absent. */
  data?: { days?: number; maxRows?: number };
  timeout?: Duration;
  /** How long findings are refused to start the next retraining after one has ended. */
  cooldown?: Duration;
  /** What becomes of the new version while another rollout has the endpoint. */
  onBusy?: 'wait' | 'skip';
  /** Longest wait for the endpoint. */
  maxWait?: Duration;
}

/** A job of somebody else's, in CI for example, that is asked for by POST. `{id}` stands for the retraining's id. */
export interface WebhookSpec {
  url: string;
  /** Variable that holds the signing secret. */
  secretEnv?: string;
  /** Variable that holds a bearer token. */
  tokenEnv?: string;
  /** Sent instead of Slipway's own description. */
  body?: Record<string, unknown>;
  /** Answers `{"status": "running" | "succeeded" | "failed"}`; without it the job is over once a new version is registered. */
  statusUrl?: string;
}

/** A job with every default filled in. */
export type JobPlan = CommandJob | ProjectJob | WebhookJob;

interface Surroundings {
  readonly cwd: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly passEnv: readonly string[];
}

export interface CommandJob extends Surroundings {
  readonly kind: 'command';
  readonly command: readonly string[];
}

export interface ProjectJob extends Surroundings {
  readonly kind: 'project';
  readonly uri: string;
  readonly entryPoint: string;
  readonly parameters: Readonly<Record<string, string | number>>;
}

export interface WebhookJob {
  readonly kind: 'webhook';
  readonly url: string;
  readonly secretEnv: string | null;
  readonly tokenEnv: string | null;
  readonly body: Readonly<Record<string, unknown>> | null;
  readonly statusUrl: string | null;
}

/** Which logged predictions a job gets: the newest ones of so many days. */
export interface LabelledPlan {
  readonly days: number;
  readonly maxRows: number;
}

export interface RetrainPlan {
  readonly job: JobPlan;
  /** Absent where the job gets none. */
  readonly data?: LabelledPlan;
  readonly timeoutMs: number;
  readonly cooldownMs: number;
  readonly onBusy: 'wait' | 'skip';
  readonly maxWaitMs: number;
}

/** The tag on MLflow runs by which a retraining finds the version that its job registered. */
export const RETRAIN_TAG = 'slipway.retrain';

/** The variable that names the file of labelled predictions to a job. */
export const LABELLED_ENV = 'SLIPWAY_LABELLED';

/** Fills in every default of a valid specification's `retrain`. */
export function planRetrain(spec: RetrainSpec): RetrainPlan {
  return {
    job: planJob(spec.job),
    ...(spec.data && { data: { days: spec.data.days ?? 30, maxRows: spec.data.maxRows ?? 100_000 } }),
    timeoutMs: parseDuration(spec.timeout ?? '6h'),
    cooldownMs: parseDuration(spec.cooldown ?? '1d'),
    onBusy: spec.onBusy ?? 'wait',
    maxWaitMs: parseDuration(spec.maxWait ?? '2d'),
  };
}

function planJob({ command, project, webhook, cwd, env, passEnv }: RetrainSpec['job']): JobPlan {
  if (webhook) {
    const { url, secretEnv, tokenEnv, body, statusUrl } = webhook;
    return {
      kind: 'webhook',
      url,
      secretEnv: secretEnv ?? null,
      tokenEnv: tokenEnv ?? null,
      body: body ?? null,
      statusUrl: statusUrl ?? null,
    };
  }
  const surroundings = { cwd: cwd ?? null, env: env ?? {}, passEnv: passEnv ?? [] };
  if (!project) return { kind: 'command', command: command ?? [], ...surroundings };
  const { uri, entryPoint = 'main', parameters = {} } = project;
  return { kind: 'project', uri, entryPoint, parameters, ...surroundings };
}

/** The job and its times, for people. */
export function describeRetrain({ job, data, timeoutMs, cooldownMs }: RetrainPlan): string {
  const within = `within ${formatDuration(timeoutMs)}`;
  const given = data ? `, on up to ${data.maxRows} labelled predictions of ${data.days} days` : '';
  return `${describeJob(job)} ${within}${given}; findings start the next one no sooner than ${formatDuration(cooldownMs)} after it`;
}

function describeJob(job: JobPlan): string {
  if (job.kind === 'command') return job.command.join(' ');
  if (job.kind === 'project') return `MLflow Project ${job.uri}, ${job.entryPoint}`;
  return `${/^https?:\/\/([^/?#]+)/.exec(job.url)?.[1] ?? job.url}, by webhook,`;
}
