import { setTimeout as delay } from 'node:timers/promises';
import { formatDuration } from '../domain/duration.ts';
import type { Fence } from '../domain/fence.ts';
import type { LedgerEntry } from '../domain/ledger-entry.ts';
import type { PreflightFacts } from '../domain/rollout-state.ts';
import type { VersionStatus } from '../domain/serving-contract.ts';
import { createManifest } from './build/manifest.ts';
import type { Deps } from './deps.ts';
import { failure } from './failures.ts';
import { withHeartbeat } from './heartbeat.ts';
import { profileDigest, readProfile } from './registry/profile.ts';
import { StaleFence, TargetRefusal, type ServingTarget } from './targets/target.ts';
import { appendLedger } from './store/ledger.ts';
import { rememberVersion } from './store/versions.ts';

/** What a build found; small, the manifest itself is an artifact of the version's run. */
export interface Built {
  readonly summary: string;
  readonly warnings: readonly string[];
  readonly manifest: string | null;
  readonly memoryBytes: number | null;
}

export interface BuildVersion {
  readonly facts: PreflightFacts;
  readonly entries: readonly LedgerEntry[];
  /** Absent from rollouts that earlier releases began. */
  readonly fence?: Fence;
}

export interface RetireVersion {
  readonly facts: PreflightFacts;
  readonly key: string;
  readonly fence?: Fence;
}

const POLL_MS = 250;

/** Well within the time limit of an attempt (workflows/proxies.ts), with the server's own end behind it. */
const LONGEST_WAIT_MS = 60_000;

/** Gets versions running, and stops them. */
export function createBuildActivities(deps: Deps) {
  return {
    /**
     * Has the candidate's server running without traffic, checked against its own example; safe to repeat.
     *
     * @throws `StaleFence` failure where a newer rollout has the endpoint, or this one has retired the version since
     */
    async buildVersion({ facts, entries, fence }: BuildVersion): Promise<Built> {
      const { plan, candidate } = facts;
      const started = deps.clock();
      let state = 'asking the target';
      return withHeartbeat(
        async (signal) => {
          const target = await deps.target(plan.target);
          await appendLedger(deps.pool, entries);
          await target.ensureEndpoint(plan.endpoint, plan.serving, fence).catch(asFailure);
          // Behind the fence: an attempt that is refused must not leave its runtime here.
          await rememberVersion(deps.pool, plan, { version: candidate, runtime: plan.runtime });
          const ready = untilReady(target, { facts, fence }, signal, (detail) => (state = detail));
          const [status, manifest] = await Promise.all([ready, createManifest(deps.mlflow, facts, signal)]);
          await answersExample(target, status, manifest.smokeRequest, signal);
          await keepKnownProfile(deps, target, facts, signal);
          const took = formatDuration(deps.clock() - started);
          return {
            summary: `ready after ${took}${manifest.warnings.length > 0 ? `; ${manifest.warnings.join('; ')}` : ''}`,
            warnings: manifest.warnings,
            manifest: manifest.uri,
            memoryBytes: status.memoryBytes,
          };
        },
        () => ({ state }),
      );
    },

    /** Stops a version that no route names, once the answers that it is at work on are given; succeeds when there is none. */
    async retireVersion({ facts, key, fence }: RetireVersion): Promise<void> {
      await withHeartbeat(async (signal) => {
        const target = await deps.target(facts.plan.target);
        await untilIdle(target, facts, key, signal);
        await target.retireVersion(facts.plan.endpoint, key, fence).catch(asFailure);
      });
    },
  };
}

function asFailure(error: unknown): never {
  if (error instanceof StaleFence)
    throw failure('StaleFence', error.message, { cause: error, details: [error.current.fence] });
  if (error instanceof TargetRefusal && error.code === 'invalid')
    throw failure('CandidateBroken', error.message, { cause: error });
  throw error;
}

/** The example that the model was logged with is the one request that must work. */
async function answersExample(
  target: ServingTarget,
  status: VersionStatus,
  body: string | null,
  signal: AbortSignal,
): Promise<void> {
  if (body === null) return;
  const answer = await target.predict(status, body, signal);
  if (answer.status >= 300) {
    throw failure(
      'CandidateBroken',
      `${status.key} answers its own input example with HTTP ${answer.status}: ${answer.body.slice(0, 300)}`,
    );
  }
}

/** What is normal of a version that was validated before, when it comes back; without it, it is only watched less closely. */
async function keepKnownProfile(
  { mlflow }: Deps,
  target: ServingTarget,
  { plan, candidate }: PreflightFacts,
  signal: AbortSignal,
): Promise<void> {
  if (!target.keepProfile) return;
  const profile = await readProfile(mlflow, candidate.runId, signal).catch(() => null);
  if (!profile) return;
  await target
    .keepProfile(plan.endpoint, candidate.key, { digest: profileDigest(profile), profile })
    .catch(() => undefined);
}

/** As long as an answer may take, or a minute, whichever is less: then nobody waits for it any more. */
async function untilIdle(target: ServingTarget, { plan }: PreflightFacts, key: string, signal: AbortSignal) {
  const deadline = Date.now() + Math.min(plan.serving.timeoutMs, LONGEST_WAIT_MS);
  while (Date.now() < deadline) {
    const reading = await target.readTraffic(plan.endpoint).catch(() => null);
    // Where nothing is known of its requests, none of them is worth holding up the way back.
    if (!reading?.versions[key]?.active) return;
    await delay(POLL_MS, undefined, { signal });
  }
}

async function untilReady(
  target: ServingTarget,
  { facts, fence }: { facts: PreflightFacts; fence: Fence | undefined },
  signal: AbortSignal,
  show: (detail: string) => void,
): Promise<VersionStatus> {
  const { plan, candidate } = facts;
  // Asked for once, then only looked at: a late attempt that kept asking would bring a retired version back.
  let status = await target.ensureVersion(plan.endpoint, candidate, plan.runtime, fence).catch(asFailure);
  for (;;) {
    show(`${status.state}: ${status.detail}`);
    if (status.state === 'ready') return status;
    if (status.state === 'failed')
      throw failure('CandidateBroken', `${candidate.key} does not start: ${status.detail}`);
    await delay(POLL_MS, undefined, { signal });
    const reading = await target.readEndpoint(plan.endpoint, signal);
    const found = reading?.versions.find(({ key }) => key === candidate.key);
    if (!found) throw failure('CandidateBroken', `${candidate.key} was retired while it started`);
    status = found;
  }
}
