import { randomUUID } from 'node:crypto';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { rolloutWorkflowId } from '../../../domain/ids.ts';
import type { RolloutResult } from '../../../domain/rollout-state.ts';
import { TASK_QUEUES } from '../../../workflows/messages.ts';
import type { Boundary } from '../inject/boundary.ts';
import type { Case } from './cases.ts';
import type { Path } from './paths.ts';
import { Play } from './play.ts';
import { serveWorlds } from './world-server.ts';
import type { WorkerPlace } from './worker-process.ts';
import { PORT_OF, type Answer, type Port, type WorldCall } from './world-call.ts';

/** A part that nobody gets an answer from, or none that makes sense. */
export interface Outage {
  readonly port: Port;
  readonly answers: 'hang up' | 'garbage';
}

const TARGET = 'local';
/** Beyond every time limit and every wait between tries that a rollout of the campaign has. */
const END_LIMIT_MS = 300_000;

/** One Temporal server, one place where worlds are served, and the rollouts that go on there. */
export class Arena {
  readonly place: WorkerPlace;
  outage: Outage | null = null;
  readonly #client: Client;
  readonly #plays: Map<string, Play>;
  readonly #close: () => Promise<void>;

  private constructor(place: WorkerPlace, client: Client, plays: Map<string, Play>, close: () => Promise<void>) {
    this.place = place;
    this.#client = client;
    this.#plays = plays;
    this.#close = close;
  }

  static async open(options: { client: Client; temporal: string; bundle: string }): Promise<Arena> {
    const { client, temporal, bundle } = options;
    const plays = new Map<string, Play>();
    const byWorkflow = (id: string) => plays.get(id.slice(rolloutWorkflowId(TARGET, '').length));
    let arena: Arena | null = null;
    const world = await serveWorlds({
      reach: async (boundary: Boundary) => byWorkflow(boundary.workflowId)?.reach(boundary) ?? 'go',
      call: async (call: WorldCall): Promise<Answer> => {
        const { outage } = arena ?? { outage: null };
        const play = plays.get(call.endpoint);
        if (!play || outage?.port === PORT_OF[call.request.op]) return { kind: outage?.answers ?? 'hang up' };
        return play.call(call);
      },
    });
    arena = new Arena({ temporal, bundle, world: world.url }, client, plays, () => world.close());
    return arena;
  }

  /** Starts a rollout on an endpoint of its own. */
  async begin(path: Path, ...faults: readonly Case[]): Promise<Play> {
    const endpoint = `f-${randomUUID().slice(0, 8)}`;
    const play = new Play(endpoint, path, faults);
    this.#plays.set(endpoint, play);
    // The signal is durable, whoever is down; nobody waits for it here, as nobody does there.
    play.send = (signal) => void this.message(play, signal);
    const spec = { endpoint, model: 'digits', ...path.spec };
    const input = path.workflow === 'rollout' ? { spec, by: 'campaign' } : { target: TARGET, endpoint, by: 'campaign' };
    await this.#client.workflow.start(path.workflow, {
      workflowId: rolloutWorkflowId(TARGET, endpoint),
      taskQueue: TASK_QUEUES.workflows,
      args: [input],
    });
    return play;
  }

  async message(play: Play, signal: 'abort' | 'supersede'): Promise<void> {
    // A rollout that has just closed takes no message, which its outcome then shows.
    await this.#handle(play)
      .signal(signal, { by: 'campaign', reason: 'as planned' })
      .catch(() => undefined);
  }

  /** How it ended; an error where it did not. */
  async outcome(play: Play): Promise<RolloutResult | Error> {
    const handle = this.#handle(play);
    const late = new Promise<Error>((resolve) => {
      setTimeout(() => resolve(new Error(`open after ${END_LIMIT_MS / 1_000} s`)), END_LIMIT_MS).unref();
    });
    const ended = handle
      .result()
      .catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
    return Promise.race([ended as Promise<RolloutResult | Error>, late]);
  }

  /** Whether Temporal has taken the activity's answer. */
  async isRecorded(play: Play, { runId, activityId }: Boundary): Promise<boolean> {
    const handle = this.#client.workflow.getHandle(rolloutWorkflowId(TARGET, play.endpoint), runId);
    const { raw } = await handle.describe();
    return !(raw.pendingActivities ?? []).some((pending) => pending.activityId === activityId);
  }

  /** No worker may call any more. */
  forget(play: Play): void {
    this.#plays.delete(play.endpoint);
  }

  close(): Promise<void> {
    return this.#close();
  }

  #handle(play: Play): WorkflowHandle {
    return this.#client.workflow.getHandle(rolloutWorkflowId(TARGET, play.endpoint));
  }
}
