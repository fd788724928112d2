import type { PullInput } from '../../domain/outcome-pull.ts';
import type { Place } from '../doctor/ports.ts';

/** The workflows `outcomes`, as far as the rest of the house starts and tells them. Every call throws when Temporal does not answer. */
export interface OutcomesPort {
  /** Tells the endpoint's workflow what is asked for now; starts one where none runs and there is anything to read. */
  asked(input: PullInput): Promise<void>;
  /** Those of the endpoints for which none runs; one that a person cancelled is not to. */
  idle(asked: readonly Place[]): Promise<readonly Place[]>;
}
