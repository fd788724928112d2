import { ApplicationFailure } from '@temporalio/common';

/**
 * The failures that workflows and the CLI tell apart, and what Temporal does with each.
 *
 * The names are part of recorded histories: add, never rename.
 */
const RETRYABLE = {
  /** The specification has faults; `details` lists them. */
  InvalidSpec: false,
  /** The registry has no such version, alias or artifact. */
  VersionNotFound: false,
  /** The registry has other files under the version's number than those that served. */
  VersionChanged: false,
  /** The version serves already. */
  AlreadyServing: false,
  /** The endpoint's route is not on one version, as a rollout that was terminated leaves it. */
  EndpointUnsettled: false,
  /** The target cannot do what the plan asks for. */
  Unsupported: false,
  /** The candidate itself does not work: no retry will change that. */
  CandidateBroken: false,
  /** The data set, or what is asked of it, is wrong. */
  InvalidData: false,
  /** A training job ended in error, or could not be run as it is written. */
  JobFailed: false,
  /** A training job went well and left no new version in the registry. */
  NoVersionRegistered: false,
  /** A newer fence is in force. */
  StaleFence: false,
  /** The target is there but cannot do it now: a version still starts, or stable does not answer. */
  NotReady: true,
  /** Something that is needed does not answer. */
  Unreachable: true,
} as const;

export type FailureType = keyof typeof RETRYABLE;

/** A failure that Temporal handles by its type: retried or not as the table says. */
export function failure(
  type: FailureType,
  message: string,
  options: { cause?: unknown; details?: unknown[] } = {},
): ApplicationFailure {
  const { cause, details } = options;
  return ApplicationFailure.create({
    type,
    message,
    nonRetryable: !RETRYABLE[type],
    ...(details && { details }),
    ...(cause instanceof Error && { cause }),
  });
}
