/** A registry version pinned by its content. */
export interface PinnedVersion {
  readonly model: string;
  /** The registry's number, as a string (MLflow's own form). */
  readonly version: string;
  /** `sha256:` over the sorted list of the artifact's files and their hashes. */
  readonly digest: string;
  /** See `versionKey` in ids.ts. */
  readonly key: string;
  /** Where a target downloads it: `models:/name/7`. */
  readonly source: string;
  /** The run that logged it; `null` when the registry does not know one. */
  readonly runId: string | null;
}

/** Where a version came from, as far as its run tells. */
export interface Lineage {
  readonly runId: string | null;
  readonly runName: string | null;
  readonly gitCommit: string | null;
  readonly user: string | null;
  /** Names and digests of the data sets logged as inputs of the run. */
  readonly datasets: readonly { readonly name: string; readonly digest: string; readonly context: string | null }[];
  /** The last value of each metric logged on the run. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** What is wrong with a drill's copy of a version, on requests of the endpoint alone; its own example it answers. */
export type Fault =
  | { readonly kind: 'latency'; readonly addMs: number }
  | { readonly kind: 'errors' }
  | { readonly kind: 'wrong-answers' }
  /** Connections end without an answer. */
  | { readonly kind: 'dead' };

/** How a version's server is run. `mlflow` serves an MLflow model; `command` runs any server; `drill` one of them with a fault. */
export type Runtime = ServerRuntime | { readonly kind: 'drill'; readonly fault: Fault; readonly of: ServerRuntime };

export type ServerRuntime =
  | { readonly kind: 'mlflow' }
  | {
      readonly kind: 'command';
      /** The program and its arguments; `{port}` and `{model}` (the artifact's folder) are filled in. */
      readonly command: readonly string[];
      /** Path that answers 200 once the server is ready. */
      readonly healthPath: string;
      /** Path of one prediction, `POST`. */
      readonly predictPath: string;
    };
