import { Client, Connection } from '@temporalio/client';
import { rolloutWorkflowId } from '../../../domain/ids.ts';
import type { Outcome } from '../../../domain/outcome.ts';

/** What Temporal tells of an endpoint's rollout without asking a worker. */
export interface Look {
  readonly firstRunId: string;
  readonly runId: string;
  readonly state: string;
  readonly events: number;
  /** Latest heartbeat of an activity under way, in milliseconds since 1970; 0 for none. */
  readonly heartbeat: number;
  readonly stage: string | null;
  readonly candidate: string | null;
  readonly outcome: Outcome | null;
}

const LIMIT_MS = 2_000;

/** Asks Temporal directly; every answer may be `null`, since Temporal itself is broken now and then. */
export class TemporalLooks {
  readonly #connection: Connection;
  readonly #client: Client;

  private constructor(connection: Connection) {
    this.#connection = connection;
    this.#client = new Client({ connection });
  }

  static async connect(address: string): Promise<TemporalLooks> {
    return new TemporalLooks(await Connection.connect({ address }));
  }

  async look(endpoint: string, runId?: string): Promise<Look | null> {
    const handle = this.#client.workflow.getHandle(rolloutWorkflowId('local', endpoint), runId);
    const seen = await this.#client.withDeadline(Date.now() + LIMIT_MS, () => handle.describe()).catch(() => null);
    if (!seen) return null;
    const { workflowExecutionInfo: info, pendingActivities } = seen.raw;
    const beats = (pendingActivities ?? []).map(
      ({ lastHeartbeatTime }) =>
        Number(lastHeartbeatTime?.seconds ?? 0) * 1_000 + (lastHeartbeatTime?.nanos ?? 0) / 1e6,
    );
    const text = (name: string) => {
      const value = seen.searchAttributes[name]?.[0];
      return typeof value === 'string' ? value : null;
    };
    return {
      firstRunId: info?.firstRunId || seen.runId,
      runId: seen.runId,
      state: seen.status.name,
      events: seen.historyLength,
      heartbeat: Math.max(0, ...beats),
      stage: text('SlipwayStage'),
      candidate: text('SlipwayCandidate'),
      outcome: text('SlipwayOutcome') as Outcome | null,
    };
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

/** Whether the run has come to its end; one that continued as new goes on. */
export function isClosed({ state }: Look): boolean {
  return !['RUNNING', 'PAUSED', 'CONTINUED_AS_NEW'].includes(state);
}
