/** Names of targets and endpoints; they become parts of workflow ids, URLs and Envoy cluster names. */
export const NAME_PATTERN = '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$';

/** One workflow id per endpoint is the lock: rollout, rollback and drill all run under it. */
export function rolloutWorkflowId(target: string, endpoint: string): string {
  return `rollout.${target}.${endpoint}`;
}

/** The workflow that watches an endpoint between rollouts; apart from theirs, so that neither keeps the other out. */
export function monitorWorkflowId(target: string, endpoint: string): string {
  return `monitor.${target}.${endpoint}`;
}

/** The endpoint that a workflow of this kind is about, by its id; `null` for an id of another form, as schedules give. */
export function placeOfWorkflow(kind: string, id: string): { target: string; endpoint: string } | null {
  const [named, target, endpoint, ...rest] = id.split('.');
  return named === kind && target && endpoint && rest.length === 0 ? { target, endpoint } : null;
}

/** The rollout's own name, unique for ever: the endpoint and the epoch that its preflight was given. */
export function rolloutId(target: string, endpoint: string, epoch: number): string {
  return `${target}.${endpoint}.${epoch}`;
}

/** Hex digits of a content digest that stand in a {@link versionKey}. */
const KEY_DIGITS = 12;

/**
 * A deployed model version by number and content, `v7-3f2a9c01b2d4`: what routes, clusters, batches and logs are keyed by.
 *
 * Two uploads under one registry number differ in their digest and so never share a key.
 */
export function versionKey(version: string, digest: string): string {
  return `v${version}-${digest.replace(/^sha256:/, '').slice(0, KEY_DIGITS)}`;
}

/** The key of a drill's faulty copy of a version: never to be taken for the version itself. */
export function drillKey(key: string): string {
  return `${key}-drill`;
}

/** The registry's version number inside a {@link versionKey}; the key itself when it has another form. */
export function versionNumber(key: string): string {
  return /^v(.+)-[0-9a-f]+$/.exec(key)?.[1] ?? key;
}

/** A version as people call it: `v4`; a key of another form, such as that of a drill's copy, as it is. */
export function versionName(key: string): string {
  const number = versionNumber(key);
  return number === key ? key : `v${number}`;
}

/** One retraining of an endpoint at a time, with the cool-down behind it. */
export function retrainWorkflowId(target: string, endpoint: string): string {
  return `retrain.${target}.${endpoint}`;
}

/** A retraining's own name, unique for ever: what its job's runs are tagged with. */
export function retrainId(target: string, endpoint: string, runId: string): string {
  return `${target}.${endpoint}.${runId}`;
}
