import { defineSearchAttributeKey } from '@temporalio/common';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import { aftermathWorkflowId, type AftermathInput, type AftermathStatus } from '../domain/aftermath.ts';
import type { DrillInput } from '../domain/drill.ts';
import { monitorWorkflowId, retrainWorkflowId, rolloutWorkflowId } from '../domain/ids.ts';
import type { MonitorInput, MonitorStatus } from '../domain/monitor-run.ts';
import { outcomesWorkflowId, type PullInput, type PullStatus } from '../domain/outcome-pull.ts';
import { DEFAULT_VERSION } from '../domain/plan.ts';
import type { RetrainInput, RetrainStatus } from '../domain/retrain-state.ts';
import type { RollbackInput, RolloutInput, RolloutStatus } from '../domain/rollout-state.ts';

/** Who sends a message and why; both only asserted, as the ledger records. Typed by hand in the Web UI, so optional. */
export interface Message {
  readonly by?: string;
  readonly reason?: string;
}

/** Names the gate, so that an approval of an earlier one is refused: `canary`, `canary-10`, `full`. */
export interface Approval extends Message {
  readonly gate: string;
}

/** Takes on an incident of a monitor, all that are open where none is named. */
export interface Acknowledge extends Message {
  readonly incident?: string;
}

export const pauseSignal = defineSignal<[Message?]>('pause');
export const resumeSignal = defineSignal<[Message?]>('resume');
export const abortSignal = defineSignal<[Message?]>('abort');
/** A newer rollout waits: ends a soak on the evidence so far, any other stage as `abort` does. */
export const supersedeSignal = defineSignal<[Message?]>('supersede');
/** Retrains once more during the cool-down. */
export const againSignal = defineSignal<[(Message & Pick<RetrainInput, 'spec'>)?]>('again');
export const approveUpdate = defineUpdate<string, [Approval]>('approve');
export const promoteUpdate = defineUpdate<string, [Message]>('promote');
export const statusQuery = defineQuery<RolloutStatus>('status');

/** Of the watch over a version that has its traffic back. */
export const aftermathQuery = defineQuery<AftermathStatus>('status');
/** A retraining's answer under the name that all workflows answer to. */
export const retrainStatusQuery = defineQuery<RetrainStatus>('status');

/** Messages of `monitor`, which hears `pause` and `resume` too. */
export const ackSignal = defineSignal<[Acknowledge?]>('ack');
/** A rollout on the endpoint was promoted: the monitor reads from the ledger what to watch now. */
export const promotedSignal = defineSignal('promoted');
/** Another length of windows, as people write it (`5m`); nothing goes back to the specification's. */
export const windowSignal = defineSignal<[string?]>('window');
export const stopSignal = defineSignal<[Message?]>('stop');
export const monitorStatusQuery = defineQuery<MonitorStatus>('status');

/** Of `outcomes`: what a specification asks to be read from now on. */
export const askedSignal = defineSignal<[PullInput]>('asked');
export const pullStatusQuery = defineQuery<PullStatus>('status');

export const TASK_QUEUES = {
  workflows: 'slipway',
  traffic: 'slipway-traffic',
  watch: 'slipway-watch',
  build: 'slipway-build',
} as const;

/** Search attributes by which rollouts are found in the Web UI; see `slipway setup` and the stack's start. */
export const ATTRIBUTES = {
  model: defineSearchAttributeKey('SlipwayModel', 'KEYWORD'),
  endpoint: defineSearchAttributeKey('SlipwayEndpoint', 'KEYWORD'),
  target: defineSearchAttributeKey('SlipwayTarget', 'KEYWORD'),
  candidate: defineSearchAttributeKey('SlipwayCandidate', 'KEYWORD'),
  stage: defineSearchAttributeKey('SlipwayStage', 'KEYWORD'),
  outcome: defineSearchAttributeKey('SlipwayOutcome', 'KEYWORD'),
  weight: defineSearchAttributeKey('SlipwayWeight', 'INT'),
  paused: defineSearchAttributeKey('SlipwayPaused', 'BOOL'),
};

/** Names in the memo of a monitor. */
export const MEMO = { incidents: 'incidents' } as const;

/** What every run of an endpoint is found by. */
function attributesOf({ target, endpoint }: { readonly target: string; readonly endpoint: string }) {
  return [
    { key: ATTRIBUTES.endpoint, value: endpoint },
    { key: ATTRIBUTES.target, value: target },
  ];
}

/** How `rollout` is started, by people and behind a retraining: under the endpoint's one id, and refused while anything runs there. */
export function rolloutOptions(input: Omit<RolloutInput, 'carried'>) {
  const { spec, by, requestId } = input;
  const { target = 'local', endpoint, model, version = DEFAULT_VERSION } = spec;
  return {
    workflowId: rolloutWorkflowId(target, endpoint),
    taskQueue: TASK_QUEUES.workflows,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
    args: [input] as [RolloutInput],
    memo: { requestId, by },
    typedSearchAttributes: [{ key: ATTRIBUTES.model, value: model }, ...attributesOf({ target, endpoint })],
    staticSummary: `${model} ${version} → ${target}/${endpoint}, by ${by}`,
  };
}

/** How `retrain` is started: under an id of its own, and refused while another one runs or cools down. */
export function retrainOptions(input: RetrainInput) {
  const { target, endpoint, spec, by } = input;
  return {
    workflowId: retrainWorkflowId(target, endpoint),
    taskQueue: TASK_QUEUES.workflows,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
    args: [input] as [RetrainInput],
    memo: { by },
    typedSearchAttributes: [...attributesOf(input), ...(spec ? [{ key: ATTRIBUTES.model, value: spec.model }] : [])],
    staticSummary: `retrain ${spec ? `${spec.model} for ` : ''}${target}/${endpoint}, by ${by}`,
  };
}

/** How `rollback` is started, by people and by the janitor: under the endpoint's one id, and refused while anything runs there. */
export function rollbackOptions(input: RollbackInput) {
  const { target, endpoint, version, by } = input;
  return {
    workflowId: rolloutWorkflowId(target, endpoint),
    taskQueue: TASK_QUEUES.workflows,
    workflowIdConflictPolicy: 'FAIL' as const,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
    args: [input] as [RollbackInput],
    memo: { by },
    typedSearchAttributes: attributesOf({ target, endpoint }),
    staticSummary: `${target}/${endpoint} back to ${version ? `version ${version}` : 'the version before'}, by ${by}`,
  };
}

/** How the watch over a version that has its traffic back is started. */
export function aftermathOptions(input: AftermathInput) {
  const { plan, rolloutId, version } = input;
  return {
    workflowId: aftermathWorkflowId(rolloutId),
    taskQueue: TASK_QUEUES.workflows,
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
    workflowIdReusePolicy: 'REJECT_DUPLICATE' as const,
    args: [input] as [AftermathInput],
    typedSearchAttributes: attributesOf(plan),
    staticSummary: `${version} on ${plan.target}/${plan.endpoint} with its traffic back`,
  };
}

/** How a rehearsal is started: under the endpoint's one id, and refused while anything runs there. */
export function drillOptions(input: DrillInput) {
  const { target, endpoint, by = 'unknown' } = input;
  return {
    workflowId: rolloutWorkflowId(target, endpoint),
    taskQueue: TASK_QUEUES.workflows,
    workflowIdConflictPolicy: 'FAIL' as const,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
    args: [input] as [DrillInput],
    memo: { by },
    typedSearchAttributes: attributesOf({ target, endpoint }),
    staticSummary: `rehearsal of rollback on ${target}/${endpoint}, by ${by}`,
  };
}

/** How `monitor` is started, by people, promotions and the janitor: one an endpoint, that goes on where one runs. */
export function monitorOptions(target: string, endpoint: string, by: string) {
  return {
    workflowId: monitorWorkflowId(target, endpoint),
    taskQueue: TASK_QUEUES.workflows,
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
    args: [{ target, endpoint, by }] as [MonitorInput],
    memo: { by },
    typedSearchAttributes: attributesOf({ target, endpoint }),
    staticSummary: `watches ${target}/${endpoint}`,
  };
}

/** How `outcomes` is started, by rollouts and the janitor: one an endpoint, that hears what is asked for where one runs. */
export function outcomesOptions(input: PullInput) {
  const { target, endpoint, model } = input;
  return {
    workflowId: outcomesWorkflowId(target, endpoint),
    taskQueue: TASK_QUEUES.workflows,
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
    args: [input] as [PullInput],
    typedSearchAttributes: [{ key: ATTRIBUTES.model, value: model }, ...attributesOf({ target, endpoint })],
    staticSummary: `reads what became of predictions of ${target}/${endpoint}`,
  };
}
