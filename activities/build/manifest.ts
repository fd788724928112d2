import type { PinnedVersion, Runtime, ServerRuntime } from '../../domain/model-version.ts';
import type { MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';
import { failure } from '../failures.ts';
import { attach, prettyJson } from '../registry/attach.ts';
import { digestVersion, type VersionDigest } from '../registry/digest-version.ts';
import { BrokenPackage, readModelPackage, smokeRequest, type ModelPackage } from './model-package.ts';
import { packageFaults } from './package-faults.ts';

/** A part of preflight's facts. */
export interface ManifestFacts {
  readonly rolloutId: string;
  readonly candidate: PinnedVersion;
  readonly plan: { readonly runtime: Runtime };
}

/** What was built, byte by byte: enough to tell years later what has been served. */
export interface Manifest {
  readonly model: string;
  readonly version: string;
  readonly digest: string;
  readonly runtime: Runtime;
  readonly package: Omit<ModelPackage, 'servingExample'> | null;
  readonly files: VersionDigest['files'];
}

export interface CreatedManifest {
  /** Where the manifest lies, `runs:/…`; `null` when the version has no run. */
  readonly uri: string | null;
  readonly warnings: readonly string[];
  /** The body of a request that the server must be able to answer; `null` when the model has no input example. */
  readonly smokeRequest: string | null;
}

/**
 * Reads the candidate's package, checks it, and logs its manifest on its run; safe to repeat.
 *
 * @throws failure `CandidateBroken` for a package that the runtime cannot serve, or that has changed since it was pinned
 */
export async function createManifest(
  mlflow: MlflowClient,
  { rolloutId, candidate, plan }: ManifestFacts,
  signal?: AbortSignal,
): Promise<CreatedManifest> {
  const [content, model] = await Promise.all([
    digestVersion(mlflow, candidate, signal),
    readModelPackage(mlflow, candidate, signal).catch(asBroken),
  ]);
  if (content.digest !== candidate.digest) {
    throw failure(
      'CandidateBroken',
      `${candidate.model} version ${candidate.version} was changed in the registry: it was ${candidate.digest}, now it is ${content.digest}`,
    );
  }
  const { errors, warnings } = packageFaults(serverOf(plan.runtime).kind, model);
  if (errors.length > 0)
    throw failure('CandidateBroken', `${candidate.model} version ${candidate.version}: ${errors.join('; ')}`);
  const text = prettyJson(buildManifest(candidate, plan.runtime, model, content.files));
  const uri = await attach(mlflow, { runId: candidate.runId, rolloutId }, 'manifest.json', text, signal);
  return { uri, warnings, smokeRequest: model && smokeRequest(model) };
}

/** What answers in the end, also behind the fault of a drill. */
function serverOf(runtime: Runtime): ServerRuntime {
  return runtime.kind === 'drill' ? runtime.of : runtime;
}

/** The manifest of a version; its example is one of the files and stands in no second place. */
export function buildManifest(
  { model, version, digest }: PinnedVersion,
  runtime: Runtime,
  described: ModelPackage | null,
  files: VersionDigest['files'],
): Manifest {
  if (!described) return { model, version, digest, runtime, package: null, files };
  const { servingExample: _, ...rest } = described;
  return { model, version, digest, runtime, package: rest, files };
}

function asBroken(error: unknown): never {
  throw error instanceof BrokenPackage ? failure('CandidateBroken', error.message, { cause: error }) : error;
}
