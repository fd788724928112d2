import type { Finding } from '../../domain/invariants.ts';

/** A finding as `worker/doctor.ts` prints it; without an endpoint where it is about a part of the installation. */
export interface ReportedFinding extends Finding {
  readonly target: string | null;
  readonly endpoint: string | null;
}

/** What `slipway doctor` found, and did. */
export interface DoctorReport {
  /** How many endpoints were looked at. */
  readonly endpoints: number;
  /** What is off now, after the repairs where some were asked for. */
  readonly findings: readonly ReportedFinding[];
  readonly repairs: readonly { readonly target: string; readonly endpoint: string; readonly done: string }[];
  /** Why an endpoint could not be mended, by its name. */
  readonly failed: Readonly<Record<string, string>>;
}

/** What `worker/rollback-now.ts` prints. */
export type NowAnswer =
  | {
      readonly done: {
        readonly rolloutId: string;
        readonly serving: string;
        readonly fence: { readonly epoch: number; readonly sequence: number };
        readonly before: string;
        readonly verified: boolean;
        readonly note: string | null;
      };
    }
  | { readonly refused: string };
