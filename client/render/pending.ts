import type { PendingActivity } from '../rollouts/sighting.ts';

/** What each step is to whoever watches a rollout; one that is not here goes by its own name. */
const STEPS: Readonly<Record<string, string>> = {
  preflight: 'looking up version and endpoint',
  prepareDrill: 'reading the endpoint, planning the drill',
  prepareRollback: 'looking up the version to go back to',
  buildVersion: "starting the version's server",
  validateCandidate: 'scoring the validation set',
  shiftTraffic: 'changing the route',
  restoreTraffic: 'putting traffic back',
  watchGate: 'watching the gate',
  moveAlias: "moving the registry's alias",
  retireVersion: 'stopping a version without traffic',
  recordTransitions: 'writing the ledger',
  publishOutcome: 'publishing report, tags and notices',
  notify: 'sending notices',
};

/** What a rollout waits for, because its last try failed: in words, with the number of the try that comes now, and why. */
export function renderPending(pending: readonly PendingActivity[]): string[] {
  return pending.flatMap((activity) =>
    activity.lastFailure !== null && activity.attempt > 1 ? [describePending(activity)] : [],
  );
}

/** One such step in one line. */
export function describePending({ type, attempt, lastFailure }: PendingActivity): string {
  return `waits: ${STEPS[type] ?? type}, try ${attempt}, since ${plainFailure(lastFailure ?? 'unknown')}; it tries on by itself`;
}

/** A registry that is away, in words; everything else as it says itself. */
function plainFailure(message: string): string {
  const away = /^MLflow [A-Z]+ \S+: CONNECTION_FAILED: (?<cause>.*?)(?:, after \d+ attempts)?$/s.exec(message);
  const busy = /^MLflow [A-Z]+ \S+: (?<cause>.*?)(?:, after \d+ attempts)?$/s.exec(message);
  if (away) return `MLflow does not answer: ${away.groups?.['cause']}`;
  return busy ? `MLflow answered: ${busy.groups?.['cause']}` : `the last one failed: ${message}`;
}
