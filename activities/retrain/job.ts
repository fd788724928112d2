import type { RetrainPlan } from '../../domain/retrain.ts';

/** One training job of a retraining. */
export interface TrainModel {
  readonly target: string;
  readonly endpoint: string;
  readonly model: string;
  readonly retrainId: string;
  readonly plan: Pick<RetrainPlan, 'job' | 'data' | 'timeoutMs'>;
  /** The model's newest version before the job, 0 where it had none. */
  readonly newest: number;
  /** Variables of the worker's environment that hold secrets of the specification's other parts. */
  readonly secrets?: readonly string[];
}

export interface JobDone {
  readonly summary: string;
  /** The file on the worker with all that the job wrote; `null` where it ran elsewhere. */
  readonly log: string | null;
}

/** What heartbeats tell: people how far the job is, and the next attempt what was begun. */
export interface JobBeat {
  /** How often the job was begun. */
  readonly starts: number;
  /** When it was begun last, in milliseconds since 1970. */
  readonly begun: number;
  readonly state: string;
}

/** How one attempt of the activity sees a job to its end. */
export interface Attendance {
  readonly signal: AbortSignal;
  /** The last heartbeat of the attempt before, if any. */
  readonly before: JobBeat | null;
  readonly show: (beat: JobBeat) => void;
}
