import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import { MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';
import { RolloutClient } from '../../client/rollout-client.ts';
import { runCli } from '../../scripts/demo/cli.ts';
import { findStack, type DemoStack } from '../../scripts/demo/stack.ts';

export const ENDPOINT = 'bench';
const MODEL = 'bench';
const SERVER = join(import.meta.dirname, 'model-server.ts');

/** A real stack of its own with two registered versions, the first of which serves. */
export interface Bench {
  readonly stack: DemoStack;
  readonly rollouts: RolloutClient;
  readonly temporalAddress: string;
}

/**
 * Brings a whole stack up under a temporary folder, and takes it down whatever happens.
 *
 * @param engine the Temporal in it; as `npm run bench -- … --engine` says when absent
 */
export async function withBench<T>(
  work: (bench: Bench) => Promise<T>,
  { engine = process.env['SLIPWAY_ENGINE'] }: { engine?: string | undefined } = {},
): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'slipway-bench-'));
  const env = { ...process.env, SLIPWAY_HOME: home, SLIPWAY_ENGINE: engine };
  try {
    if ((await runCli(['up'], env)) !== 0) throw new Error('the stack did not come up');
    const stack = await findStack(env);
    await register(stack.mlflow);
    const temporalAddress = stack.temporal;
    const rollouts = await RolloutClient.connect(temporalAddress);
    try {
      await untilClosed(rollouts, await begin(rollouts, { version: '1', soak: false }));
      return await work({ stack, rollouts, temporalAddress });
    } finally {
      await rollouts.close();
    }
  } finally {
    await runCli(['down'], env, { quiet: true });
    await rm(home, { recursive: true, force: true });
  }
}

/** Starts a rollout of the bench's model on a server that answers at once. */
export async function begin(rollouts: RolloutClient, spec: Partial<RolloutSpec>): Promise<string> {
  const whole: RolloutSpec = {
    endpoint: ENDPOINT,
    model: MODEL,
    runtime: {
      kind: 'command',
      command: [process.execPath, SERVER, '{port}'],
      healthPath: '/',
      predictPath: '/invocations',
    },
    ...spec,
  };
  const started = await rollouts.start({ spec: whole, by: 'bench', requestId: `${Date.now()}`, supersede: false });
  return started.runId;
}

/** Waits for the endpoint's rollout to end; throws when it is not promoted. */
export async function untilClosed(rollouts: RolloutClient, runId: string): Promise<void> {
  for await (const { close, firstRunId } of rollouts.follow({ target: 'local', endpoint: ENDPOINT })) {
    if (close && firstRunId === runId && !(close.kind === 'outcome' && close.outcome === 'promoted'))
      throw new Error(`the rollout ended otherwise: ${JSON.stringify(close)}`);
  }
}

/** Registers two versions of the bench's model. */
export async function register(trackingUri: string): Promise<void> {
  const mlflow = new MlflowClient({ trackingUri });
  const experimentId = await mlflow.experiments.create('bench');
  await mlflow.registeredModels.create(MODEL);
  for (const version of ['1', '2']) {
    const { runId, artifactUri } = await mlflow.runs.create({ experimentId, runName: `bench-${version}` });
    await mlflow.artifacts.upload({ runId }, 'model/weights.txt', version);
    await mlflow.modelVersions.create({ name: MODEL, source: `${artifactUri}/model`, runId });
  }
}
