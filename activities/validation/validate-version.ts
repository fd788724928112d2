import type { PinnedVersion } from '../../domain/model-version.ts';
import type { PreflightFacts } from '../../domain/rollout-state.ts';
import type { VersionStatus } from '../../domain/serving-contract.ts';
import type { Verdict } from '../../domain/verdict.ts';
import type { MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';
import { failure } from '../failures.ts';
import { attach } from '../registry/attach.ts';
import { readLineage } from '../registry/lineage.ts';
import { attachProfile, profileDigest } from '../registry/profile.ts';
import type { ServingTarget } from '../targets/target.ts';
import { loadDataSet, type DataSet } from './data-set.ts';
import { findings } from './judge.ts';
import { profileOf } from './profile.ts';
import { scoreVersion, type Scores } from './score-version.ts';
import { validationReport } from './validation-report.ts';
import { validationVerdict } from './verdict.ts';

export interface ValidateVersion {
  readonly mlflow: MlflowClient;
  readonly target: Pick<ServingTarget, 'readEndpoint' | 'predict' | 'keepProfile'>;
  readonly facts: PreflightFacts;
  readonly signal?: AbortSignal;
  /** Called with the candidate's rows scored so far. */
  readonly onProgress?: (rows: number) => void;
}

/**
 * Scores the candidate through its own server on the plan's validation set, side by side with stable, and judges it.
 *
 * The full report is logged on the candidate's run as `slipway/<rollout>/validation.json`. What is normal of the
 * inputs and answers of a candidate that passed is kept there as `slipway/profile.json`. Safe to repeat.
 *
 * @throws failure `InvalidData` for a data set, slice, limit or metric that is wrong
 * @throws failure `NotReady` when a version's server is not up
 */
export async function validateVersion(wanted: ValidateVersion): Promise<Verdict> {
  const { mlflow, facts, signal } = wanted;
  const { plan, candidate, snapshot, rolloutId } = facts;
  const { validate, gates } = plan;
  if (!validate) throw failure('InvalidSpec', 'the plan has no validation');
  const servers = await serversOf(wanted, snapshot.stable ? [candidate, snapshot.stable] : [candidate]);
  const data = await loadDataSet(mlflow, { ...validate.data, slices: validate.slices }, signal);
  try {
    // A further arm of a test has logged metrics of its own.
    const isCandidate = facts.lineage.runId === candidate.runId;
    const lineage = isCandidate ? facts.lineage : await readLineage(mlflow, candidate.runId, signal);
    const [scores, stableScores] = await scoreAll(wanted, data, servers);
    if (!scores) throw new Error('no version was scored');
    const evidence = { validate, gates, lineage, data, candidate: scores, stable: stableScores ?? null };
    const found = findings(evidence);
    const verdict = validationVerdict(evidence, found, data.sha256);
    const report = validationReport(evidence, found, verdict);
    await attach(mlflow, { runId: candidate.runId, rolloutId }, 'validation.json', report, signal);
    if (verdict.decision !== 'pass') return verdict;
    const profile = await profileOf(data, scores.predictions);
    await attachProfile(mlflow, candidate.runId, profile, signal);
    const digest = profileDigest(profile);
    await wanted.target.keepProfile?.(plan.endpoint, candidate.key, { digest, profile });
    return { ...verdict, profile: digest };
  } finally {
    await data.close();
  }
}

async function serversOf(
  { target, facts, signal }: ValidateVersion,
  versions: readonly PinnedVersion[],
): Promise<readonly VersionStatus[]> {
  const reading = await target.readEndpoint(facts.plan.endpoint, signal);
  return versions.map(({ key }) => {
    const status = reading?.versions.find((one) => one.key === key);
    if (status?.state === 'ready') return status;
    throw failure(
      'NotReady',
      `${key} is not ready for validation: ${status ? `${status.state}, ${status.detail}` : 'the target does not know it'}`,
    );
  });
}

function scoreAll(
  { target, signal, onProgress }: ValidateVersion,
  data: DataSet,
  servers: readonly VersionStatus[],
): Promise<Scores[]> {
  const scoring = servers.map((status, i) =>
    scoreVersion((body, limit) => target.predict(status, body, limit), data, {
      ...(signal && { signal }),
      ...(i === 0 && onProgress && { onProgress }),
    }),
  );
  return Promise.all(scoring);
}
