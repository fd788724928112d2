import type { ArmLine, BatchLine } from '../../../gates/session/protocol.ts';
import type { Condition } from './noise.ts';
import type { Scenario } from './scenario.ts';
import { LabelQueue } from './labels.ts';
import { NoiseProcess, together } from './noise.ts';
import { randomOf, type Random } from './random.ts';
import { HORIZON } from './scenario.ts';
import { faultAt, serve } from './arm.ts';

/** One simulated rollout: its batches are made one at a time, so that a run decided early costs little. */
export class SimulatedRun {
  /** Requests to both arms, minute by minute, over the whole hour. */
  readonly requests: readonly number[];
  readonly #scenario: Scenario;
  readonly #random: Random;
  readonly #stable: ReplicaNoise;
  readonly #candidate: ReplicaNoise;
  readonly #labels: { stable: LabelQueue; candidate: LabelQueue } | null;
  #t = 0;

  constructor(scenario: Scenario, seed: number, run: number) {
    const random = randomOf(seed, scenario.name, run);
    this.#scenario = scenario;
    this.#random = random;
    this.requests = Array.from({ length: HORIZON }, (_, i) =>
      random.poisson(scenario.rpm * (scenario.common?.(i + 1).load ?? 1)),
    );
    const ofAll = processes(scenario, 'all', random);
    const { stable, candidate } = scenario.replicas;
    this.#stable = new ReplicaNoise(scenario, stable, ofAll, processes(scenario, 'arm', random), random);
    const own = [...processes(scenario, 'arm', random), ...processes(scenario, 'candidate', random)];
    this.#candidate = new ReplicaNoise(scenario, candidate, ofAll, own, random);
    const { labels } = scenario;
    this.#labels = labels
      ? { stable: new LabelQueue(labels, random), candidate: new LabelQueue(labels, random) }
      : null;
  }

  /** The next minute's batch, at the candidate's weight that the scenario says, or another. */
  next(weight = this.#scenario.weight(this.#t + 1)): BatchLine {
    const t = (this.#t += 1);
    const scenario = this.#scenario;
    const n = this.requests[t - 1] ?? 0;
    const nc = this.#random.binomial(n, weight);
    const fault = faultAt(scenario.fault, t);
    const common = this.#stable.nextCommon();
    const stable = serve(scenario, n - nc, this.#stable.next(common), t, this.#random);
    const candidate = serve(scenario, nc, this.#candidate.next(common), t, this.#random, fault);
    const worse = { stable: 0, candidate: fault.inaccuracy ?? 0 };
    const pairs = this.#pairs(stable, worse.candidate);
    return {
      t,
      weight,
      stable: this.#labelled('stable', stable, worse.stable),
      candidate: this.#labelled('candidate', candidate, worse.candidate),
      ...(pairs && { paired: pairs }),
    };
  }

  #labelled(arm: 'stable' | 'candidate', line: ArmLine, inaccuracy: number): ArmLine {
    const { labels, common } = this.#scenario;
    if (!this.#labels || !labels) return line;
    const accuracy = labels.accuracy - inaccuracy - (common?.(this.#t).inaccuracy ?? 0);
    return { ...line, labels: this.#labels[arm].next(line.n - line.errors, Math.max(0, accuracy)) };
  }

  #pairs(stable: ArmLine, inaccuracy: number): BatchLine['paired'] | null {
    const { pairs } = this.#scenario;
    if (!pairs) return null;
    const n = this.#random.binomial(stable.n, pairs.share);
    const stableOnly = this.#random.binomial(n, pairs.stableOnlyWrong);
    const candidateOnly = this.#random.binomial(
      n - stableOnly,
      (pairs.candidateOnlyWrong + inaccuracy) / (1 - pairs.stableOnlyWrong),
    );
    return { n, stable_only_wrong: stableOnly, candidate_only_wrong: candidateOnly };
  }
}

/** What the replicas of one arm suffer: together with everyone, with their arm, and each alone. */
class ReplicaNoise {
  readonly #ofAll: readonly NoiseProcess[];
  readonly #ofArm: readonly NoiseProcess[];
  readonly #ofReplica: readonly (readonly NoiseProcess[])[];

  constructor(
    scenario: Scenario,
    replicas: number,
    ofAll: readonly NoiseProcess[],
    ofArm: readonly NoiseProcess[],
    random: Random,
  ) {
    this.#ofAll = ofAll;
    this.#ofArm = ofArm;
    this.#ofReplica = Array.from({ length: replicas }, () => processes(scenario, 'replica', random));
  }

  /** The next minute of what everyone suffers: asked for once a minute, for both arms. */
  nextCommon(): Condition {
    return together(this.#ofAll.map((each) => each.next()));
  }

  next(common: Condition): Condition[] {
    const arm = this.#ofArm.map((each) => each.next());
    return this.#ofReplica.map((own) => together([common, ...arm, ...own.map((each) => each.next())]));
  }
}

function processes(scenario: Scenario, of: string, random: Random): NoiseProcess[] {
  return (scenario.noise ?? []).filter((each) => each.of === of).map((each) => new NoiseProcess(each, random));
}
