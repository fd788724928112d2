import type { Compensation } from '../domain/compensation.ts';
import { formatFence, type Fence } from '../domain/fence.ts';
import type { Phase } from '../domain/outcome.ts';
import type { PreflightFacts } from '../domain/rollout-state.ts';
import { userKeyOf } from '../domain/plan.ts';
import { percent } from '../domain/render-details.ts';
import { weightOf, type Route, type Sticky } from '../domain/route.ts';
import type { Controls } from './controls.ts';
import type { Journal } from './journal.ts';
import type { Progress } from './progress.ts';
import { traffic } from './proxies.ts';

/** One rollout under way: what it knows, who steers it, and how to get back. Passed to every stage. */
export class Run {
  readonly facts: PreflightFacts;
  readonly controls: Controls;
  readonly progress: Progress;
  readonly journal: Journal;
  readonly undo: Compensation[];
  /** Milliseconds since 1970: since when nothing reaches the candidate any more; `null` until it was taken back. */
  restoredAt: number | null = null;
  #sequence: number;

  constructor(parts: {
    facts: PreflightFacts;
    controls: Controls;
    progress: Progress;
    journal: Journal;
    undo: readonly Compensation[];
    sequence: number;
  }) {
    this.facts = parts.facts;
    this.controls = parts.controls;
    this.progress = parts.progress;
    this.journal = parts.journal;
    this.undo = [...parts.undo];
    this.#sequence = parts.sequence;
  }

  get sequence(): number {
    return this.#sequence;
  }

  get candidate(): string {
    return this.facts.candidate.key;
  }

  get stable(): string | null {
    return this.facts.snapshot.stable?.key ?? null;
  }

  /** Users are reshuffled between rollouts, so that the same few do not meet every candidate first. */
  get sticky(): Sticky | null {
    const key = userKeyOf(this.facts.plan);
    return key && { ...key, salt: String(this.facts.epoch) };
  }

  /** The right under which the route was changed last: what follows the route, such as the alias, goes by it. */
  get fence(): Fence {
    return { epoch: this.facts.epoch, sequence: this.#sequence };
  }

  /** The right to change the route once more than anyone before. */
  nextFence(): Fence {
    return { epoch: this.facts.epoch, sequence: ++this.#sequence };
  }

  /** Goes on above a fence of this same rollout, as a workflow reset leaves one; false when it is another rollout's. */
  catchUp(held: Fence | undefined): boolean {
    if (held?.epoch !== this.facts.epoch) return false;
    this.#sequence = Math.max(this.#sequence, held.sequence);
    return true;
  }

  /** Changes the route forward and notes it, with what was read back. */
  async shift(stage: Phase, step: string, route: Route): Promise<void> {
    const { plan, rolloutId } = this.facts;
    const fence = this.nextFence();
    const weight = weightOf(route, this.candidate);
    const shifted = await traffic.shiftTraffic.executeWithOptions({ summary: summaryOf(step, route, weight) }, [
      { target: plan.target, endpoint: plan.endpoint, fence, route, label: `${rolloutId}/${step}` },
    ]);
    this.progress.status.route = route;
    if (this.progress.status.desiredWeight !== weight) this.progress.weight(weight);
    this.journal.note({
      stage,
      step,
      reason: 'TrafficShifted',
      effectiveAt: shifted.at,
      detail: { fence: formatFence(fence), route, programmed: shifted.programmed },
    });
  }
}

function summaryOf(step: string, route: Route, weight: number): string {
  const [mirror] = route.mirrors;
  return mirror ? `${step}: mirror ${mirror.percent} %` : `${step}: candidate to ${percent(weight)}`;
}
