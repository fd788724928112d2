import type { PortName } from './ports.ts';
import type { StackPaths } from './paths.ts';

export const PARTS = ['temporal', 'postgres', 'mlflow', 'serving', 'worker'] as const;
export type PartName = (typeof PARTS)[number];

/** Where the parts are: given from outside, or chosen by `up`. */
export interface Addresses {
  readonly temporal: string;
  readonly temporalNamespace: string;
  /** `null` where Temporal is not ours: it may be anywhere. */
  readonly temporalUi: string | null;
  readonly database: string;
  /** The role that owns the schema; `null` when only the application's is known. */
  readonly databaseOwner: string | null;
  readonly mlflow: string;
  readonly serving: string;
  readonly gateway: string;
  readonly worker: string;
}

export interface StackContext {
  readonly home: string;
  readonly paths: StackPaths;
  readonly env: NodeJS.ProcessEnv;
  readonly ports: Readonly<Record<PortName, number>>;
  readonly addresses: Addresses;
  /** Tells the person what is going on, in a few words. */
  readonly note: (text: string) => void;
}

/** How a part's process is started. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** Added to the caller's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Folder that relative paths start from; the checkout when absent. */
  readonly cwd?: string;
  /** Another user to run as; the caller's when absent. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** Whether it comes back at once, with other settings. */
export type StopPurpose = 'down' | 'restart';

/** One server of the stack. */
export interface Part {
  readonly name: PartName;
  readonly title: string;
  readonly ports: readonly PortName[];
  /** What must be healthy before it is started. */
  readonly needs: readonly PartName[];
  /** The same, where it depends on how the part is run. */
  alsoNeeds?(context: StackContext): Promise<readonly PartName[]>;
  /** What to tell a person who waits for it; most need no word. */
  readonly patience?: string;
  /** Longest time from its start until it is healthy. */
  readonly timeoutMs: number;
  /** The variable that points to an existing one, which is then only checked. */
  readonly variable: string | null;
  /** Brings its files in order and says how to start it. Idempotent. */
  prepare(context: StackContext): Promise<Command>;
  /** Asks once whether it works; throws the reason why not. */
  check(context: StackContext): Promise<void>;
  /** After it is healthy, started or existing: what the others rely on. Idempotent. */
  furnish?(context: StackContext): Promise<void>;
  /** Asks it to end; the caller waits and, past `stopMs`, kills it. */
  stop(context: StackContext, pid: number, purpose: StopPurpose): Promise<void>;
  /** At `down`, ends what outlives its process on purpose, where that process is gone already. */
  stopRemains?(context: StackContext): Promise<void>;
  readonly stopMs: number;
  address(addresses: Addresses): string;
}

/** Something that a person has to do first; its message is one sentence that says what. */
export class StackFault extends Error {
  override readonly name = 'StackFault';
}
