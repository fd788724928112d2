import { setTimeout as delay } from 'node:timers/promises';
import { ApplicationFailure, Context } from '@temporalio/activity';
import { failure } from '../../activities/failures.ts';
import type { Activities } from '../../activities/index.ts';
import { compareFences, newerFence, NO_FENCE, type Fence } from '../../domain/fence.ts';
import type { UsualFigures } from '../../domain/aftermath.ts';
import { planDrill } from '../../domain/drill.ts';
import { drillKey, rolloutId, versionKey } from '../../domain/ids.ts';
import type { GateQuestion } from '../../domain/gate-question.ts';
import type { LedgerEntry } from '../../domain/ledger-entry.ts';
import type { PinnedVersion } from '../../domain/model-version.ts';
import type { Alert } from '../../domain/alert.ts';
import { planMonitor, type Finding, type MonitorSpec } from '../../domain/monitor.ts';
import { planRollout } from '../../domain/plan.ts';
import { planReceiver, type ReceiverSpec } from '../../domain/receivers.ts';
import { planRetrain } from '../../domain/retrain.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import { EMPTY_ROUTE, FULL_WEIGHT, sameRoute, wholeRoute, type Route } from '../../domain/route.ts';
import type { Decision, Verdict } from '../../domain/verdict.ts';

const SLICE_MS = 5_000;

const NOTHING_PULLED = {
  ...{ rows: 0, accepted: 0, repeated: 0, revised: 0, unknown: 0, rewards: 0, rejected: 0 },
  ...{ rejection: null, more: false },
};

/** A registry, a target, a ledger and gates in memory, with the promises of the real ones: fence, idempotence, read-back. */
export class World {
  route: Route;
  readonly stable: PinnedVersion | null;
  fence: Fence = NO_FENCE;
  /** The newest fence that a version was started or stopped under. */
  claimed: Fence = NO_FENCE;
  alias: string | null;
  readonly ledger: LedgerEntry[] = [];
  readonly deployed = new Set<string>();
  readonly notices: string[] = [];
  /** Retrainings whose job came to its end. */
  readonly trained: string[] = [];
  /** Every route that was in force, oldest first. */
  readonly routes: Route[] = [];
  /** What gates say, by name (`validate`, `shadow`, `canary-10`, `soak`); `pass` where nothing is set, `watch` never ends. */
  readonly gates: Record<string, Decision | 'watch'> = {};
  /** Reasons that gates give, where they are not those of their decision. */
  readonly reasons: Record<string, string> = {};
  /** Further arms of a test of which gates say that they do harm. */
  harmful: readonly string[] = [];
  /** Requests of each arm that gates say they saw, in one batch. */
  samples = { candidate: 100, stable: 100 };
  /** How far the risk budget lets a ramp go from a weight; as far as the plan does where nothing is set. */
  allowed: (weight: number) => number = () => FULL_WEIGHT;
  /** What a monitor finds in its next window; `null` where it is not to judge it. */
  findings: readonly Finding[] | null = [];
  /** The rollout that a monitor reads to have been promoted last; `null` for none. */
  promotion: string | null = null;
  /** What the specification says about watching, beyond the defaults; `false` where it says not to. */
  monitored: MonitorSpec | false = {};
  /** Who is told of a drill, beyond nobody. */
  receivers: readonly ReceiverSpec[] = [];
  /** Every alert, oldest first. */
  readonly alerts: Alert[] = [];
  /** Versions that could not answer if traffic went to them. */
  sick: Awaited<ReturnType<Activities['sickVersions']>> = [];
  /** How a version served before, where it did. */
  usual: UsualFigures | null = null;
  /** What the next pull of outcomes brings. */
  pulls: () => Awaited<ReturnType<Activities['pullOutcomes']>> = () => ({ pulled: NOTHING_PULLED });
  /** Called at the beginning of every activity; what it throws, the activity throws. */
  before: (activity: string, step: string) => Promise<void> | void = () => undefined;
  /** Lets time go by on the server that skips it. */
  sleep: (ms: number) => Promise<unknown> = delay;
  /** What an activity that hangs waits for; see {@link release}. */
  readonly released: Promise<void>;
  release!: () => void;
  #epochs = 0;

  constructor(stable: PinnedVersion | null = STABLE) {
    this.route = stable ? wholeRoute(stable.key) : EMPTY_ROUTE;
    this.alias = stable?.version ?? null;
    if (stable) this.deployed.add(stable.key);
    this.stable = stable;
    this.released = new Promise((resolve) => (this.release = resolve));
  }

  readonly activities: Activities = {
    preflight: async ({ input }) => {
      await this.before('preflight', 'preflight');
      return this.#facts(input.spec, CANDIDATE);
    },
    prepareRollback: async ({ input }) => {
      await this.before('prepareRollback', 'rollback');
      return this.#facts({ endpoint: input.endpoint, target: input.target, model: 'digits' }, CANDIDATE);
    },
    buildVersion: async ({ facts, entries, fence }) => {
      this.write(entries);
      this.claim(fence);
      this.deployed.add(facts.candidate.key);
      await this.before('buildVersion', 'build');
      return { summary: 'ready', warnings: [], manifest: null, memoryBytes: null };
    },
    retireVersion: async ({ key, fence }) => {
      await this.before('retireVersion', key);
      this.claim(fence);
      if (this.route.arms.some(({ version }) => version === key)) throw failure('NotReady', `${key} is in the route`);
      this.deployed.delete(key);
    },
    validateCandidate: async ({ entries }) => {
      this.write(entries);
      await this.before('validateCandidate', 'validate');
      return this.verdictOf('validate');
    },
    shiftTraffic: async ({ fence, route, label }) => {
      await this.before('shiftTraffic', stepOf(label));
      return this.put(fence, route);
    },
    restoreTraffic: async ({ fence, route, label }) => {
      await this.before('restoreTraffic', stepOf(label));
      return { ...this.put(fence, route), leavingRequests: 0 };
    },
    sickVersions: async () => {
      await this.before('sickVersions', 'rollback');
      return this.sick;
    },
    watchGate: async ({ question, mode, limitMs, entries }) => {
      this.write(entries);
      this.checkCounted(question);
      const name = question.stage === 'canary' ? `canary-${question.weight / 100}` : question.stage;
      await this.before('watchGate', name);
      const present = (question.arms ?? []).filter(({ weight }) => weight > 0).map(({ version }) => version);
      const lost = this.harmful.filter((version) => present.includes(version));
      const never =
        lost.length === 0 &&
        (this.gates[name] === 'watch' || (mode === 'guard' && !['fail', 'error'].includes(this.gates[name] ?? '')));
      if (never) await untilCancelled();
      else if (mode === 'window' && this.gates[name] !== 'fail') await this.pass(limitMs ?? 0);
      const scripted = { ...this.verdictOf(name), ...this.rampOf(question) };
      const verdict = lost.length > 0 ? { ...scripted, decision: 'fail' as const, reason: 'ArmLost', lost } : scripted;
      return { verdict, cursor: { state: null, afterIndex: 0 } };
    },
    moveAlias: async ({ version, fence }) => {
      await this.before('moveAlias', version ?? 'none');
      if (fence && compareFences(fence, this.#newest()) < 0) throw this.#stale();
      this.alias = version;
    },
    recordTransitions: async ({ entries }) => {
      await this.before('recordTransitions', entries.map(({ reason }) => reason).join());
      this.write(entries);
    },
    notify: async ({ event }) => {
      await this.before('notify', event);
      this.notices.push(event);
    },
    sendAlert: async ({ alert }) => {
      await this.before('sendAlert', alert.name);
      this.notices.push(alert.name);
      this.alerts.push(alert);
    },
    endIncidents: async () => {
      await this.before('endIncidents', 'drill');
      this.notices.push('incidents ended');
    },
    recallMonitored: async ({ target, endpoint }) => {
      await this.before('recallMonitored', 'monitor');
      const plan = planMonitor(this.monitored, { errorRate: 0.05, p99Ms: null });
      const receivers = [{ webhook: 'https://hooks.example.com/slipway', secretEnv: null }];
      const rollout = this.promotion ?? rolloutId(target, endpoint, this.#epochs);
      return { model: 'digits', rolloutId: rollout, version: this.#serving(), plan, receivers, link: null };
    },
    examineWindow: async ({ memory, afterIndex }) => {
      await this.before('examineWindow', 'monitor');
      const windows = ((memory['windows'] as number | undefined) ?? 0) + 1;
      const seen = { version: this.#serving(), memory: { windows }, afterIndex: (afterIndex ?? -1) + 1 };
      if (this.findings === null) return { ...seen, findings: null, unjudged: 'a rollout is under way' };
      const drift = { kind: 'drift', subject: 'inputs.age', value: windows / 100, limit: 0.1, unit: 'index' } as const;
      return { ...seen, findings: this.findings, measures: [drift], unjudged: null, promotion: this.promotion };
    },
    goBack: async () => {
      await this.before('goBack', 'monitor');
      if (this.stable) this.route = wholeRoute(this.stable.key);
      return { settled: true, response: `going back to version ${this.stable?.version}` };
    },
    pullOutcomes: async () => {
      await this.before('pullOutcomes', 'outcomes');
      return this.pulls();
    },
    tryReceivers: async () => [],
    prepareRetrain: async ({ input: { spec } }) => {
      await this.before('prepareRetrain', 'retrain');
      if (!spec?.retrain) throw failure('InvalidSpec', 'nothing says how to train');
      const receivers = (spec.notify ?? []).map(planReceiver);
      return { spec, plan: planRetrain(spec.retrain), receivers, newest: 1, link: null };
    },
    trainModel: async ({ retrainId }) => {
      await this.before('trainModel', retrainId);
      this.trained.push(retrainId);
      return { summary: 'trained', log: null };
    },
    takeTrained: async () => {
      await this.before('takeTrained', 'retrain');
      return CANDIDATE.version;
    },
    untilFree: async () => {
      await this.before('untilFree', 'retrain');
    },
    keepHouse: async () => {
      await this.before('keepHouse', 'janitor');
      return { endpoints: 0, findings: [], repairs: [] };
    },
    readUsual: async ({ version }) => {
      await this.before('readUsual', version);
      return this.usual;
    },
    prepareDrill: async ({ input }) => {
      await this.before('prepareDrill', 'drill');
      if (!this.stable) throw failure('VersionNotFound', 'nothing serves');
      const { endpoint, target } = input;
      const canary = { steps: [(input.weight ?? 0) / 100].filter(Boolean) };
      const copy = { ...this.stable, key: drillKey(this.stable.key) };
      const spec = {
        endpoint,
        target,
        model: 'digits',
        validate: false,
        soak: false,
        canary,
        notify: [...this.receivers],
      };
      const facts = this.#facts(spec as RolloutSpec, copy);
      return { ...facts, drill: planDrill(input, facts.plan.serving) };
    },
    publishOutcome: async ({ outcome }) => {
      await this.before('publishOutcome', outcome);
      this.notices.push(outcome);
    },
  };

  write(entries: readonly LedgerEntry[]): void {
    for (const entry of entries) if (!this.ledger.some(({ key }) => key === entry.key)) this.ledger.push(entry);
  }

  /** In slices, since a watch that does not heartbeat counts as dead. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= SLICE_MS) {
      Context.current().heartbeat();
      await this.sleep(Math.min(left, SLICE_MS));
    }
  }

  put(fence: Fence, route: Route): { at: string; programmed: { fence: Fence; route: Route } } {
    const order = compareFences(fence, this.fence);
    if (compareFences(fence, this.#newest()) < 0 || (order === 0 && !sameRoute(route, this.route))) throw this.#stale();
    if (order > 0) this.routes.push(route);
    Object.assign(this, { fence, route });
    return { at: new Date().toISOString(), programmed: { fence, route } };
  }

  /** A change of versions by the right of a fence; anyone's without one. */
  claim(fence: Fence | undefined): void {
    if (!fence) return;
    if (compareFences(fence, this.#newest()) < 0) throw this.#stale();
    this.claimed = fence;
  }

  /** Batches carry the fence of their route: a question about a later one finds none, ever. */
  checkCounted({ stage, epoch, stageSequence, stepSequence }: GateQuestion): void {
    const asked = Math.max(stageSequence, stepSequence);
    if (this.fence.epoch === epoch && asked > this.fence.sequence)
      throw ApplicationFailure.nonRetryable(
        `${stage} asks for batches since ${asked}, but the route's are ${this.fence.sequence}`,
        'InvalidQuestion',
      );
  }

  #serving(): string | null {
    return this.route.arms[0]?.version ?? null;
  }

  #newest(): Fence {
    return newerFence(this.fence, this.claimed);
  }

  #stale(): ApplicationFailure {
    return failure('StaleFence', 'a newer fence is in force', { details: [this.#newest()] });
  }

  verdictOf(name: string): Verdict {
    const scripted = this.gates[name] ?? 'pass';
    const decision = scripted === 'watch' ? 'inconclusive' : scripted;
    const reason =
      this.reasons[name] ??
      {
        pass: 'GatePassed',
        fail: 'GateFailed',
        inconclusive: 'NotEnoughEvidence',
        error: 'EvidenceUnreachable',
      }[decision];
    return {
      decision,
      reason,
      summary: `${name} says ${decision}`,
      metrics: [],
      samples: this.samples,
      batches: { count: 1, first: 0, last: 0, hash: 'sha256:0' },
      algorithm: 'scripted/1',
    };
  }

  rampOf({ plan, weight, nextWeight }: GateQuestion): Pick<Verdict, 'ramp'> {
    if (!plan.ramp) return {};
    const allowed = Math.min(this.allowed(weight), nextWeight);
    return { ramp: { nextWeight: allowed, spent: 5, budget: plan.ramp.badExposure, excessBound: 0.05 } };
  }

  #facts(spec: RolloutSpec, candidate: PinnedVersion) {
    const plan = planRollout(spec);
    const epoch = ++this.#epochs;
    return {
      plan,
      rolloutId: rolloutId(plan.target, plan.endpoint, epoch),
      epoch,
      candidate,
      ...(plan.ab?.arms &&
        this.stable && { arms: plan.ab.arms.map(({ version }) => pinned(version, `sha256:${version.repeat(64)}`)) }),
      snapshot: { fence: this.fence, route: this.route, stable: this.stable, champion: this.alias },
      alias: 'champion',
      lineage: { runId: null, runName: null, gitCommit: null, user: null, datasets: [], metrics: {} },
      url: null,
    };
  }
}

/** A step that works until it dies without a word, as a killed worker's does: the next attempt is Temporal's. */
export function dies(): never {
  throw ApplicationFailure.retryable('the worker was killed', 'WorkerKilled');
}

async function untilCancelled(): Promise<never> {
  const context = Context.current();
  const beat = setInterval(() => context.heartbeat(), 100);
  try {
    return await context.cancelled;
  } finally {
    clearInterval(beat);
  }
}

function stepOf(label: string): string {
  return label.slice(label.indexOf('/') + 1);
}

export function pinned(version: string, digest: string): PinnedVersion {
  return {
    model: 'digits',
    version,
    digest,
    key: versionKey(version, digest),
    source: `models:/digits/${version}`,
    runId: null,
  };
}

export const STABLE = pinned('1', `sha256:${'1'.repeat(64)}`);
export const CANDIDATE = pinned('2', `sha256:${'2'.repeat(64)}`);
