import { hasSpread, isOver, mustEscalate, subjectKey, type Incident } from './incident.ts';
import type { Finding, MonitorPlan } from './monitor.ts';

/** What a monitor remembers of its endpoint's troubles; plain data that continue-as-new takes along. */
export interface MonitorState {
  readonly incidents: readonly Incident[];
  /** Those that ended a short while ago: what comes back soon is the same incident. */
  readonly ended: readonly (Incident & { readonly endedAt: string })[];
  /** Subjects of warnings that the last window was the first to show. */
  readonly suspects: readonly string[];
  /** How many incidents there ever were; numbers them. */
  readonly opened: number;
  /** Whether this promotion was answered with a rollback already: traffic must not swing to and fro. */
  readonly wentBack: boolean;
}

export const NO_TROUBLE: MonitorState = { incidents: [], ended: [], suspects: [], opened: 0, wentBack: false };

/** What people are told of an incident, and why now. */
export interface Telling {
  readonly act: 'tell';
  readonly why: 'opened' | 'worse' | 'again' | 'escalated' | 'answered' | 'recovered' | 'replaced' | 'unwatched';
  readonly incident: Incident;
}

/** What is to be done after a window, in this order. */
export type MonitorAct =
  | Telling
  | { readonly act: 'rollback'; readonly incident: Incident }
  /** One retraining answers all of them. */
  | { readonly act: 'retrain'; readonly incidents: readonly [Incident, ...Incident[]] };

export interface Decided {
  readonly state: MonitorState;
  readonly acts: readonly MonitorAct[];
}

export interface JudgedWindow {
  /** ISO 8601, its end. */
  readonly at: string;
  /** The version that serves. */
  readonly version: string | null;
  /** `null` where nobody could or should judge it; incidents then only grow older. */
  readonly findings: readonly Finding[] | null;
}

/** How soon after its end an incident that is found again counts as the same, in milliseconds. */
const COOL_DOWN_MS = 3_600_000;

/**
 * The troubles after one more window, and what is to be done about them.
 *
 * A critical finding opens an incident at once, a warning when the next window shows it too. There is one alert an incident,
 * and one more when it gets worse or spreads to twice as many features, at each escalation and when it is over.
 */
export function afterWindow(state: MonitorState, window: JudgedWindow, plan: MonitorPlan): Decided {
  const acts: MonitorAct[] = [];
  const { at, findings } = window;
  const looked = findings === null ? state : look(state, { ...window, findings }, acts);
  const incidents = looked.incidents.map((incident) => {
    if (!mustEscalate(incident, at, plan.escalateAfterMs)) return incident;
    const escalations = incident.escalations + 1;
    return told(acts, 'escalated', { ...incident, severity: 'critical', escalations, toldAt: at });
  });
  // What a person has taken on is no longer for the monitor to answer.
  const cause = incidents.find(
    ({ kind, seenAt, acknowledged }) => plan.policy[kind] === 'rollback' && seenAt === at && !acknowledged,
  );
  if (cause && !state.wentBack) acts.push({ act: 'rollback', incident: cause });
  const [first, ...others] = incidents.filter(
    ({ kind, seenAt, acknowledged, response }) =>
      plan.policy[kind] === 'retrain' && seenAt === at && !acknowledged && response === null,
  );
  if (first) acts.push({ act: 'retrain', incidents: [first, ...others] });
  return { state: { ...looked, incidents }, acts };
}

function look(
  { incidents, ended, suspects, opened, ...rest }: MonitorState,
  { at, version, findings }: JudgedWindow & { findings: readonly Finding[] },
  acts: MonitorAct[],
): MonitorState {
  const found = new Map(findings.map((finding) => [subjectKey(finding), finding]));
  // Nothing that goes wrong is seen in silence, so nothing is seen to be over either.
  const isSilent = findings.some(({ kind }) => kind === 'silence');
  const kept: Incident[] = [];
  const seen = new Set<string>();
  const over = ended.filter(({ endedAt }) => Date.parse(at) - Date.parse(endedAt) < COOL_DOWN_MS);
  for (const incident of incidents) {
    const finding = found.get(subjectKey(incident)) ?? groupOf(incident, findings);
    const unseen = { ...incident, quiet: incident.quiet + (isSilent && incident.kind !== 'silence' ? 0 : 1) };
    const next = finding ? seenAgain(incident, finding, at, acts) : unseen;
    if (isOver(next)) over.push({ ...told(acts, 'recovered', next), endedAt: at });
    else kept.push(next);
    if (finding) seen.add(subjectKey(finding));
  }
  for (const key of seen) found.delete(key);
  const waiting: string[] = [];
  let count = opened;
  for (const [key, finding] of found) {
    const before = over.findIndex((incident) => subjectKey(incident) === key);
    const [same] = before < 0 ? [] : over.splice(before, 1);
    if (same) {
      const { endedAt: _, ...incident } = same;
      const back = { ...incident, ...finding, seenAt: at, toldAt: at, quiet: 0, relapses: incident.relapses + 1 };
      kept.push(told(acts, 'again', { ...back, acknowledged: null, escalations: 0, toldAs: [] }));
    } else if (finding.severity === 'warning' && !suspects.includes(key)) waiting.push(key);
    else kept.push(told(acts, 'opened', begun(finding, { id: `${finding.kind}-${++count}`, at, version })));
  }
  return { ...rest, incidents: kept, ended: over, suspects: waiting, opened: count };
}

/** Earlier releases had an incident for each feature, `inputs.age (missing)`: such a one goes on as its group's. */
function groupOf({ kind, subject, features }: Incident, findings: readonly Finding[]): Finding | undefined {
  const group = /^(inputs|outputs)\..*?( \([a-z]+\))?$/.exec(subject);
  if (features !== undefined || !group) return undefined;
  const name = `${group[1]}${group[2] ?? ''}`;
  return findings.find(
    (finding) => finding.features !== undefined && finding.kind === kind && finding.subject === name,
  );
}

function seenAgain(incident: Incident, finding: Finding, at: string, acts: MonitorAct[]): Incident {
  const severity = incident.severity === 'critical' ? 'critical' : finding.severity;
  const next = { ...incident, ...finding, severity, seenAt: at, quiet: 0 };
  // Whoever took it on took on something else.
  if (hasSpread(next)) return told(acts, 'worse', { ...next, toldAt: at, acknowledged: null, escalations: 0 });
  return severity === incident.severity ? next : told(acts, 'worse', { ...next, toldAt: at });
}

function begun(finding: Finding, { id, at, version }: { id: string; at: string; version: string | null }): Incident {
  const fresh = { quiet: 0, relapses: 0, acknowledged: null, escalations: 0, toldAs: [], response: null };
  return { ...finding, ...fresh, id, version, openedAt: at, seenAt: at, toldAt: at };
}

function told(acts: MonitorAct[], why: Telling['why'], incident: Incident): Incident {
  const { severity, toldAs, features, toldOf = [] } = incident;
  const known = {
    ...incident,
    toldAs: toldAs.includes(severity) ? toldAs : [...toldAs, severity],
    ...(features && { toldOf: [...new Set([...toldOf, ...features])] }),
  };
  acts.push({ act: 'tell', why, incident: known });
  return known;
}

export interface Acknowledgement {
  /** The incident's id; all that are open when absent. */
  readonly incident?: string;
  readonly by: string;
  readonly reason: string;
}

/** A person takes an incident on: it is not told again unless it comes back. What is unknown or over changes nothing. */
export function acknowledge(
  state: MonitorState,
  { incident: id, by, reason }: Acknowledgement,
  at: string,
): MonitorState {
  const incidents = state.incidents.map((incident) =>
    (id === undefined || incident.id === id) && !incident.acknowledged
      ? { ...incident, acknowledged: { by, reason, at } }
      : incident,
  );
  return { ...state, incidents };
}

/** Another version serves, or nobody watches: what was wrong is over, and what is wrong from now on is to be seen. */
export function afterChange(state: MonitorState, why: 'replaced' | 'unwatched'): Decided {
  const acts = state.incidents.map((incident) => ({ act: 'tell', why, incident }) as const);
  return { state: { ...NO_TROUBLE, opened: state.opened, wentBack: state.wentBack }, acts };
}

/** What was done about incidents; of each, it is done once. */
export function afterResponse(state: MonitorState, answered: readonly Incident[], response: string): MonitorState {
  const incidents = state.incidents.map((incident) =>
    answered.some(({ id }) => id === incident.id) ? { ...incident, response } : incident,
  );
  return { ...state, incidents };
}

/** Going back was begun, or is not possible: it is not asked for again before the next promotion. */
export function afterGoingBack(state: MonitorState, incident: Incident, response: string): MonitorState {
  return { ...afterResponse(state, [incident], response), wentBack: true };
}
