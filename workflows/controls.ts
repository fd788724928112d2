import { ApplicationFailure } from '@temporalio/common';
import { CancellationScope, condition, patched, setHandler } from '@temporalio/workflow';
import type { Actor } from '../domain/ledger-entry.ts';
import type { Reason } from '../domain/reasons.ts';
import { abortSignal, approveUpdate, pauseSignal, promoteUpdate, resumeSignal, supersedeSignal } from './messages.ts';
import { readGate, readMessage } from './read-message.ts';

/** Why a person, or a newer rollout, stops this one. */
export interface StopRequest {
  readonly reason: Extract<Reason, 'AbortedByHand' | 'Superseded'>;
  readonly actor: Actor;
  readonly detail: string;
}

type ChangeListener = (
  reason: Extract<Reason, 'Paused' | 'Resumed' | 'Approved' | 'PromotedByHand'>,
  actor: Actor,
  message: string,
) => void;

/**
 * The operator's hand on the rollout: pause and abort are signals, so that they are durable with no worker up and can be
 * sent from the Web UI; approve and promote are updates, so that a person hears when they do not fit.
 */
export class Controls {
  paused = false;
  stop: StopRequest | null = null;
  /** The gate a person is asked about, if any. */
  waitingFor: string | null = null;
  approved: string | null = null;
  /** Set when a person skips the rest of the canary. */
  skipToFull = false;
  canSkipToFull = false;
  /** In a soak a newer rollout ends the watch, not the version. */
  endSoak = false;
  soaking = false;
  readonly #forward = new CancellationScope();
  /** While preflight runs. */
  #preparing: CancellationScope | null = null;
  readonly #early: Parameters<ChangeListener>[] = [];
  #listener: ChangeListener = (...change) => this.#early.push(change);

  constructor(paused = false) {
    this.paused = paused;
  }

  /** Tells of every change, those from before included: a pause may come while preflight still runs. */
  onChange(listener: ChangeListener): void {
    this.#listener = listener;
    for (const change of this.#early.splice(0)) listener(...change);
  }

  /** Registers every handler; called before the first await, so that no early message is lost. */
  listen(): void {
    setHandler(pauseSignal, (message) => this.#setPaused(true, message), {
      description: 'Hold at the present weight; gates are still watched.',
    });
    setHandler(resumeSignal, (message) => this.#setPaused(false, message), { description: 'Go on after a pause.' });
    setHandler(abortSignal, (message) => this.#stopFor('AbortedByHand', message), {
      description: 'Stop, and put all traffic back on the version that served before. No input needed.',
    });
    setHandler(supersedeSignal, (message) => this.#supersede(message), {
      description: 'Make way for a newer rollout.',
    });
    setHandler(approveUpdate, (approval) => this.#approve(readGate(approval), approval), {
      validator: (approval) => this.#refuseApproval(readGate(approval)),
      description: 'Let a waiting gate pass; input {"gate": "<the gate that is waiting>"}.',
    });
    setHandler(promoteUpdate, (message) => this.#promote(message), {
      validator: (_message) => this.#refusePromotion(),
      description: 'Skip the remaining canary steps.',
    });
  }

  /** Runs preflight, which may wait for a registry that is away: a stop cancels it too. */
  async prepare<T>(preflight: () => Promise<T>): Promise<T> {
    const scope = new CancellationScope();
    this.#preparing = scope;
    return scope.run(preflight).finally(() => (this.#preparing = null));
  }

  /** Runs the way forward; a stop cancels it and nothing else. */
  async forward(story: () => Promise<void>): Promise<void> {
    if (this.stop) throw new Error('stopped before it began');
    await this.#forward.run(story);
  }

  /** Waits for `resume`; returns at once when not paused. */
  async resumed(): Promise<void> {
    await condition(() => !this.paused);
  }

  #setPaused(paused: boolean, message: unknown): void {
    if (this.paused === paused) return;
    this.paused = paused;
    this.#listener(paused ? 'Paused' : 'Resumed', actorOf(message), readMessage(message).reason ?? '');
  }

  #stopFor(reason: StopRequest['reason'], message: unknown): void {
    if (this.stop) return;
    this.stop = { reason, actor: actorOf(message), detail: readMessage(message).reason ?? '' };
    this.#forward.cancel();
    // Rollouts of earlier releases let preflight come to its end first.
    if (this.#preparing && patched('abort-ends-preflight')) this.#preparing.cancel();
  }

  #supersede(message: unknown): void {
    if (this.soaking) this.endSoak = true;
    else this.#stopFor('Superseded', message);
  }

  #approve(gate: string, message: unknown): string {
    this.approved = gate;
    this.#listener('Approved', actorOf(message), gate);
    return `approved ${gate}`;
  }

  #refuseApproval(gate: string): void {
    if (gate && this.waitingFor === gate) return;
    const now = this.waitingFor ? `it waits for ${this.waitingFor}` : 'nothing waits for approval now';
    throw ApplicationFailure.nonRetryable(`"${gate}" is not waiting: ${now}`, 'InvalidApproval');
  }

  #promote(message: unknown): string {
    this.skipToFull = true;
    this.#listener('PromotedByHand', actorOf(message), readMessage(message).reason ?? '');
    return 'the remaining canary steps are skipped';
  }

  #refusePromotion(): void {
    if (this.canSkipToFull) return;
    throw ApplicationFailure.nonRetryable(
      'promote skips canary steps, and this rollout is not in its canary',
      'InvalidPromotion',
    );
  }
}

function actorOf(message: unknown): Actor {
  return { name: readMessage(message).by ?? 'unknown', proof: 'asserted' };
}
