import { monitorWorkflowId, versionNumber } from '../domain/ids.ts';
import { planMonitor, type Finding, type Measure, type MonitorPlan } from '../domain/monitor.ts';
import type { Monitored } from '../domain/monitor-run.ts';
import { detect, type DetectorMemory } from '../gates/monitor/detect.ts';
import type { Deps } from './deps.ts';
import type { Place } from './doctor/ports.ts';
import { BatchChanged } from './evidence/batches.ts';
import { newestIndex, readWindow } from './evidence/window.ts';
import { failure } from './failures.ts';
import { withHeartbeat } from './heartbeat.ts';
import { profileInForce } from './monitor/profile-in-force.ts';
import { examineQuality } from './monitor/quality.ts';
import { endpointStanding, lastPromotion } from './store/monitored.ts';
import { previousVersion } from './store/serving-history.ts';

export interface ExamineWindow extends Place {
  readonly plan: MonitorPlan;
  /** ISO 8601, the end of the window. */
  readonly to: string;
  /** The version that `memory` is about. */
  readonly version: string | null;
  readonly memory: DetectorMemory;
  /** The last gate batch that was looked at; `null` before the first. */
  readonly afterIndex: number | null;
}

export interface ExaminedWindow {
  readonly version: string | null;
  readonly memory: DetectorMemory;
  readonly afterIndex: number | null;
  readonly findings: readonly Finding[] | null;
  /** What the window measured; absent where it was not looked at. */
  readonly measures?: readonly Measure[];
  /** Why nothing was judged, or not the quality; `null` where all was. */
  readonly unjudged: string | null;
  /** The rollout that was promoted last, where nothing changes the endpoint. */
  readonly promotion?: string | null;
}

/** What came of an attempt to go back; `false` while the endpoint is busy, and it can be tried again. */
export interface WentBack {
  readonly settled: boolean;
  readonly response: string;
}

export function createMonitorActivities(deps: Deps) {
  const { pool, webUi } = deps;
  return {
    /** What the last promotion says about watching an endpoint, from the ledger. */
    async recallMonitored({ target, endpoint }: Place): Promise<Monitored> {
      const place = { target, endpoint };
      const [promotion, { serving }] = await Promise.all([lastPromotion(pool, place), endpointStanding(pool, place)]);
      if (!promotion)
        throw failure(
          'VersionNotFound',
          `nothing was promoted on ${target}/${endpoint}, so there is nothing to watch; roll out a version first`,
        );
      const { rolloutId, plan } = promotion;
      return {
        model: plan.model,
        rolloutId,
        version: serving,
        // Plans of earlier releases say nothing about watching.
        plan: plan.monitor === undefined ? planMonitor({}, plan.gates.limits) : plan.monitor,
        receivers: plan.notify,
        link: webUi ? `${webUi}/workflows/${monitorWorkflowId(target, endpoint)}` : null,
      };
    },

    /** Looks at what was sealed since the last window, if one version serves; repeating it finds the same. */
    async examineWindow(request: ExamineWindow): Promise<ExaminedWindow> {
      return withHeartbeat(() => examine(request));
    },

    /** Starts the workflow `rollback` to the version that served before. */
    async goBack({ target, endpoint, reason }: Place & { readonly reason: string }): Promise<WentBack> {
      const place = { target, endpoint };
      const [{ serving }, promotion] = await Promise.all([endpointStanding(pool, place), lastPromotion(pool, place)]);
      // Whoever took the traffic back knows why; the version before is the one that they left.
      if (promotion?.promoted && serving !== promotion.promoted)
        return { settled: true, response: 'traffic was taken back from the last promotion already' };
      const before = await previousVersion(pool, place, serving);
      if (!before)
        return { settled: true, response: 'no earlier version is on record, so there is nothing to go back to' };
      const { workflows } = deps.doctor ?? {};
      if (!workflows) throw failure('Unsupported', 'this worker has no client of Temporal, which going back needs');
      const version = versionNumber(before.key);
      const started = await workflows.startRollback({ ...place, version, by: 'slipway monitor', reason });
      return started
        ? { settled: true, response: `going back to version ${version}` }
        : { settled: false, response: 'something else runs on the endpoint' };
    },
  };

  async function examine({ target, endpoint, plan, to, ...known }: ExamineWindow): Promise<ExaminedWindow> {
    const place = { target, endpoint };
    const { busy, serving, promotion } = await endpointStanding(pool, place);
    const memory = serving === known.version ? known.memory : {};
    const unjudged = busy ? 'a rollout is under way' : serving === null ? 'nothing serves' : null;
    if (unjudged !== null || serving === null)
      return {
        version: busy ? known.version : serving,
        memory,
        afterIndex: await newestIndex(pool, place),
        findings: null,
        unjudged,
      };
    // What was sealed before the monitor began, or while a rollout ran, is not its own to judge.
    const from = known.afterIndex ?? (await newestIndex(pool, place)) ?? -1;
    try {
      const batches = await readWindow(pool, place, { afterIndex: from, to });
      const profile = await profileInForce(deps, place, serving, batches);
      const looked = detect(memory, { version: serving, batches, to, plan, ...(profile && { profile }) });
      const quality = await examineQuality(pool, place, { plan, version: serving, to });
      const findings = [...looked.findings, ...quality.findings];
      const afterIndex = batches.at(-1)?.index ?? from;
      return { version: serving, ...looked, findings, afterIndex, unjudged: quality.unjudged, promotion };
    } catch (error) {
      if (!(error instanceof BatchChanged)) throw error;
      const finding = { kind: 'silence', subject: 'evidence', severity: 'critical', value: 1, limit: 0 } as const;
      const findings = [{ ...finding, summary: error.message }];
      return { version: serving, memory, afterIndex: await newestIndex(pool, place), findings, unjudged };
    }
  }
}
