import type { Outcome, OutcomesAccepted } from '../../domain/serving-contract.ts';

/** What the host needs of the database; everything else there belongs to capture. Rejects while it is away. */
export interface OutcomeStore {
  readonly add: (outcomes: readonly Outcome[]) => Promise<OutcomesAccepted>;
  /** Removes the predictions of one user and returns how many they were. */
  forgetUser(endpoint: string, user: string): Promise<number>;
  health(): Promise<{ ok: boolean; detail: string }>;
  close(): Promise<void>;
}
