import type { Pool } from 'pg';
import type { AftermathInput } from '../domain/aftermath.ts';
import type { GateQuestion } from '../domain/gate-question.ts';
import type { Receiver } from '../domain/receivers.ts';
import type { MlflowClient } from '../packages/mlflow-client-ts/src/index.ts';
import type { DoctorPorts } from './doctor/ports.ts';
import type { MonitorsPort } from './monitor/ports.ts';
import type { OutcomesPort } from './outcomes/ports.ts';
import type { ServingTarget } from './targets/target.ts';

/** The ports that activities reach the world through; the worker fills them in, tests may exchange each. */
export interface Deps {
  readonly pool: Pool;
  readonly mlflow: MlflowClient;
  /** @throws `Unsupported` failure for a name that no configuration knows */
  readonly target: (name: string) => Promise<ServingTarget>;
  readonly fetch: typeof globalThis.fetch;
  /** Secrets of receivers are named in the specification and read from here. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Who is told where a specification does not say; nobody where it is absent. */
  readonly receivers?: () => Promise<readonly Receiver[]>;
  /** The namespace's page in Temporal's Web UI, which alerts link to; they have no link where it is absent. */
  readonly webUi?: string | null;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** What the janitor needs beyond the rest; without it, it says so. */
  readonly doctor?: Pick<DoctorPorts, 'workflows' | 'targetNames' | 'home'>;
  /** Begins the watch over a version that has its traffic back, once for each rollout; nobody watches without it. */
  readonly startAftermath?: (input: AftermathInput) => Promise<void>;
  /** Who is told of promotions; nobody where absent, and nothing is watched afterwards. */
  readonly monitors?: MonitorsPort;
  /** What begins to read outcomes by SQL; nothing does where absent. */
  readonly outcomes?: OutcomesPort;
  /** Told of every sealed batch that a watched gate has judged: how many milliseconds after it was sealed. */
  readonly judged?: (stage: GateQuestion['stage'], latenessMs: number) => void;
  /** Told of every gate that begins to be watched, and asked for when the evidence store last answered; the result ends it. */
  readonly watching?: (
    watched: { readonly target: string; readonly endpoint: string; readonly stage: GateQuestion['stage'] },
    lastSeen: () => number,
  ) => () => void;
  /** Told of every message to a receiver of alerts, by the receiver's kind. */
  readonly delivered?: (kind: string, isDelivered: boolean) => void;
}
