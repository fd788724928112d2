import type { Finding } from '../../domain/invariants.ts';

export type Part = 'Temporal' | 'PostgreSQL' | 'MLflow' | `target ${string}`;

const REMEDIES: Readonly<Record<string, string>> = {
  Temporal: '`slipway up` starts the local one, TEMPORAL_ADDRESS names another; `slipway rollback --now` needs none',
  PostgreSQL: '`slipway up` starts the local one, DATABASE_URL names another; `slipway rollback --now` needs none',
  MLflow: '`slipway up` starts the local one, MLFLOW_TRACKING_URI names another',
};

/** That a part does not answer: what it would have told is not known, the rest is checked all the same. */
export function unreachable(part: Part, error: unknown): Finding {
  const why = error instanceof Error ? error.message : String(error);
  return {
    invariant: null,
    code: 'Unreachable',
    message: `${part} does not answer, so what it knows was not checked: ${why}`,
    remedy:
      REMEDIES[part] ?? '`slipway up` starts the local serving host; `slipway status` shows why it does not answer',
    repair: 'none',
  };
}

/** What a part answered, or `null` after noting that it did not; parts that are not set up are `null` from the start. */
export class Asking {
  readonly #faults = new Map<Part, Finding>();

  get findings(): Finding[] {
    return [...this.#faults.values()];
  }

  async ask<T>(part: Part, call: (() => Promise<T>) | null): Promise<T | null> {
    if (!call) {
      this.fail(part, new Error('it is not set up'));
      return null;
    }
    // One that is down takes its whole time limit for every question: once is enough.
    if (this.#faults.has(part)) return null;
    try {
      return await call();
    } catch (error) {
      this.fail(part, error);
      return null;
    }
  }

  isDown(part: Part): boolean {
    return this.#faults.has(part);
  }

  fail(part: Part, error: unknown): void {
    if (!this.#faults.has(part)) this.#faults.set(part, unreachable(part, error));
  }
}
