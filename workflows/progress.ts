import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { Mutable } from '../domain/mutable.ts';
import type { Outcome, Phase, Stage } from '../domain/outcome.ts';
import { STAGES } from '../domain/outcome.ts';
import type { PreflightFacts, RolloutInput, RolloutStatus, StageStatus } from '../domain/rollout-state.ts';
import { renderDetails } from '../domain/render-details.ts';
import { ATTRIBUTES } from './messages.ts';

/** What people see of a rollout: the answer to `status`, the Web UI's details, and the search attributes. */
export class Progress {
  readonly status: Mutable<RolloutStatus>;

  constructor({ spec, carried }: RolloutInput) {
    this.status = {
      // A person may start a rollout by hand with anything; preflight says what is wrong with it.
      endpoint: spec?.endpoint ?? '',
      target: spec?.target ?? 'local',
      model: spec?.model ?? '',
      rolloutId: null,
      candidate: null,
      stable: null,
      phase: 'preflight',
      stages:
        carried?.stages ??
        stagesOf(spec).map((stage) => ({ stage, state: 'waiting', detail: '', startedAt: null, endedAt: null })),
      steps: [],
      desiredWeight: 0,
      route: null,
      paused: false,
      waitingFor: null,
      lastVerdict: null,
      nextDeadline: null,
      outcome: null,
      reason: null,
      detail: '',
    };
  }

  /** Takes over what preflight found, and makes the rollout findable. */
  identify({ rolloutId, candidate, snapshot, plan }: PreflightFacts): void {
    Object.assign(this.status, {
      rolloutId,
      candidate: candidate.key,
      stable: snapshot.stable?.key ?? null,
      route: snapshot.route,
      steps: plan.canary.steps.map(({ weight }) => ({ weight, state: 'waiting' as const })),
    });
    upsertSearchAttributes([
      { key: ATTRIBUTES.model, value: plan.model },
      { key: ATTRIBUTES.endpoint, value: plan.endpoint },
      { key: ATTRIBUTES.target, value: plan.target },
      { key: ATTRIBUTES.candidate, value: candidate.key },
    ]);
    this.show();
  }

  begin(stage: Stage, detail = ''): void {
    this.#setStage(stage, { state: 'running', detail, startedAt: now(), endedAt: null });
    this.status.phase = stage;
    upsertSearchAttributes([{ key: ATTRIBUTES.stage, value: stage }]);
    this.show();
  }

  /** Says anew how a stage stands that goes on. */
  tell(stage: Stage, detail: string): void {
    this.#setStage(stage, { detail });
    this.show();
  }

  end(stage: Stage, state: StageStatus['state'], detail: string): void {
    this.#setStage(stage, { state, detail, endedAt: now() });
    this.status.nextDeadline = null;
    this.show();
  }

  /** Whatever stage was under way did not get to its end. */
  interrupt(state: StageStatus['state'], detail: string): void {
    this.status.steps = this.status.steps.map((step) => (step.state === 'running' ? { ...step, state } : step));
    for (const { stage, state: present } of this.status.stages)
      if (present === 'running') this.end(stage, state, detail);
  }

  step(index: number, state: StageStatus['state']): void {
    this.status.steps = this.status.steps.map((step, at) => (at === index ? { ...step, state } : step));
    this.show();
  }

  weight(weight: number): void {
    this.status.desiredWeight = weight;
    upsertSearchAttributes([{ key: ATTRIBUTES.weight, value: weight }]);
    this.show();
  }

  phase(phase: Phase): void {
    this.status.phase = phase;
    upsertSearchAttributes([{ key: ATTRIBUTES.stage, value: phase }]);
    this.show();
  }

  paused(paused: boolean): void {
    this.status.paused = paused;
    upsertSearchAttributes([{ key: ATTRIBUTES.paused, value: paused }]);
    this.show();
  }

  outcome(outcome: Outcome): void {
    this.status.outcome = outcome;
    this.status.phase = 'done';
    upsertSearchAttributes([
      { key: ATTRIBUTES.outcome, value: outcome },
      { key: ATTRIBUTES.stage, value: 'done' },
    ]);
    this.show();
  }

  /** Redraws the Web UI's panel; costs no history event, and is lost at continue-as-new. */
  show(): void {
    setCurrentDetails(renderDetails(this.status));
  }

  #setStage(stage: Stage, change: Partial<StageStatus>): void {
    this.status.stages = this.status.stages.map((row) => (row.stage === stage ? { ...row, ...change } : row));
  }
}

/** A test is a stage of those rollouts alone that have one. */
function stagesOf(spec: RolloutInput['spec'] | undefined): readonly Stage[] {
  return STAGES.filter((stage) => stage !== 'ab' || spec?.ab !== undefined);
}

function now(): string {
  return new Date().toISOString();
}
