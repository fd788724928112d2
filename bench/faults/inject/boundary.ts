/** Where in an activity a fault strikes. */
export type When = 'before the call' | 'after the effect' | 'after the record';

/** One attempt of one activity at one of its edges. */
export interface Boundary {
  readonly workflowId: string;
  readonly runId: string;
  readonly activityId: string;
  readonly attempt: number;
  readonly activity: string;
  /** `canary-10`, a ledger's reasons, a version: what tells the calls of one activity apart. */
  readonly step: string;
  readonly when: Exclude<When, 'after the record'>;
}

/** `fail`: throw what a dying process would leave behind, an error that Temporal retries. */
export type Instruction = 'go' | 'fail';

/** Decides what becomes of an attempt at a boundary; may take as long as it likes, or never answer. */
export type Reach = (boundary: Boundary) => Promise<Instruction>;
