import { activityInfo } from '@temporalio/activity';
import { failure } from '../../../activities/failures.ts';
import { StaleFence } from '../../../activities/targets/target.ts';
import type { RouteReading } from '../../../domain/serving-contract.ts';
import type { Boundary, Instruction } from '../inject/boundary.ts';
import { stepOf } from '../inject/step-of.ts';
import type { Request, WorldCall } from './world-call.ts';

/** Longer than any injected slowness. */
const TIME_LIMIT_MS = 10_000;

/** The world as a worker's process sees it: over HTTP, so that it is still there when the process is not. */
export class RemoteWorld {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** May be answered after minutes, or never. */
  async reach(boundary: Boundary): Promise<Instruction> {
    const response = await fetch(`${this.#url}/boundary`, { method: 'POST', body: JSON.stringify(boundary) });
    return (await response.text()) as Instruction;
  }

  /**
   * Asks one part of the world within the running activity.
   *
   * @throws `Unreachable`, which Temporal retries, when the part does not answer or answers nonsense
   */
  async ask<T = void>(endpoint: string, request: Request, input?: unknown): Promise<T> {
    const { workflowExecution, activityId, activityType } = activityInfo();
    const caller = {
      runId: workflowExecution?.runId ?? '',
      activityId,
      activity: activityType,
      step: stepOf(activityType, input),
    };
    const answer = await this.#post({ endpoint, caller, request });
    if (answer.failure === undefined) return answer.value as T;
    if (answer.failure === 'StaleFence') throw new StaleFence(answer.details as RouteReading);
    throw failure(answer.failure, answer.message ?? '');
  }

  async #post(call: WorldCall): Promise<WireAnswer> {
    try {
      const signal = AbortSignal.timeout(TIME_LIMIT_MS);
      const response = await fetch(`${this.#url}/world`, { method: 'POST', body: JSON.stringify(call), signal });
      return (await response.json()) as WireAnswer;
    } catch (error) {
      throw failure('Unreachable', `the ${call.request.op} call was not answered`, { cause: error });
    }
  }
}

interface WireAnswer {
  readonly value?: unknown;
  readonly failure?: 'StaleFence' | 'NotReady';
  readonly message?: string;
  readonly details?: unknown;
}
