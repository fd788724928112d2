import { createHmac } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { formatDuration } from '../../domain/duration.ts';
import type { WebhookJob } from '../../domain/retrain.ts';
import type { Deps } from '../deps.ts';
import { failure } from '../failures.ts';
import { findTrained } from './find-trained.ts';
import type { Attendance, JobDone, TrainModel } from './job.ts';

const POLL_MS = 5_000;
const ANSWER_MS = 30_000;

type Ports = Pick<Deps, 'env' | 'clock' | 'fetch' | 'mlflow'>;

/**
 * Asks somebody else for a new version, once, and waits until it is done: as `statusUrl` tells, else until the version is
 * there. Cancelling ends the wait, not what was asked for.
 *
 * @throws failure `JobFailed` when it is refused, fails or takes too long
 */
export async function runWebhookJob(
  deps: Ports,
  request: TrainModel,
  job: WebhookJob,
  { signal, before, show }: Attendance,
): Promise<JobDone> {
  const { timeoutMs } = request.plan;
  const { host } = new URL(job.url);
  if (!before) await ask(deps, request, job, signal);
  const begun = before?.begun ?? deps.clock();
  const took = () => deps.clock() - begun;
  for (;;) {
    show({ starts: 1, begun, state: `${host} was asked ${formatDuration(took())} ago` });
    if (await isDone(deps, request, job, signal))
      return { summary: `${host} was done after ${formatDuration(took())}`, log: null };
    if (took() > timeoutMs)
      throw failure('JobFailed', `${host} was not done within ${formatDuration(timeoutMs)} (retrain.timeout)`);
    await delay(POLL_MS, undefined, { signal });
  }
}

async function ask(deps: Ports, request: TrainModel, job: WebhookJob, signal: AbortSignal): Promise<void> {
  const { retrainId, target, endpoint, model } = request;
  const own = { event: 'retrain', id: retrainId, target, endpoint, model };
  const body = filled(JSON.stringify(job.body ?? own), retrainId);
  const timestamp = String(Math.floor(deps.clock() / 1_000));
  const secret = secretOf(deps, 'secretEnv', job.secretEnv);
  const answer = await call(deps, job, job.url, signal, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-slipway-delivery': retrainId,
      'x-slipway-timestamp': timestamp,
      ...(secret && {
        'x-slipway-signature': `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`,
      }),
    },
  });
  const said = (await answer.text()).slice(0, 300);
  if (answer.ok) return;
  const message = `retrain.job.webhook: ${new URL(job.url).host} answers with HTTP ${answer.status} ${said}`.trimEnd();
  throw failure(answer.status >= 500 || answer.status === 429 ? 'Unreachable' : 'JobFailed', message);
}

async function isDone(deps: Ports, request: TrainModel, job: WebhookJob, signal: AbortSignal): Promise<boolean> {
  if (job.statusUrl === null) return (await findTrained(deps.mlflow, request)) !== null;
  const url = filled(job.statusUrl, encodeURIComponent(request.retrainId));
  const answer = await call(deps, job, url, signal, { method: 'GET' });
  const said = (await answer.json().catch(() => null)) as { status?: string; message?: string } | null;
  if (said?.status === 'failed')
    throw failure('JobFailed', `${new URL(url).host} says that the job failed: ${said.message ?? 'no message'}`);
  return said?.status === 'succeeded';
}

async function call(
  deps: Ports,
  job: WebhookJob,
  url: string,
  signal: AbortSignal,
  init: RequestInit,
): Promise<Response> {
  const token = secretOf(deps, 'tokenEnv', job.tokenEnv);
  const headers = { ...(init.headers as Record<string, string>), ...(token && { authorization: `Bearer ${token}` }) };
  const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
  return deps.fetch(url, { ...init, headers, signal: limit, redirect: 'error' }).catch((error: unknown) => {
    signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    throw failure('Unreachable', `retrain.job.webhook: ${new URL(url).host} does not answer: ${why}`);
  });
}

/** @throws failure `JobFailed` when the worker does not have the variable */
function secretOf({ env }: Ports, key: string, name: string | null): string | undefined {
  if (name !== null && !env[name])
    throw failure('JobFailed', `retrain.job.webhook.${key}: the worker has no environment variable ${name}`);
  return name === null ? undefined : env[name];
}

function filled(text: string, id: string): string {
  return text.replaceAll('{id}', id);
}
