import type { LogLine } from './line.ts';
import type { Place } from '../rollouts/place.ts';
import type { Topic } from './topic.ts';

/** Picks the lines that are about something; asked with the next ones, it knows what the earlier ones told. */
export type Selection = (lines: readonly LogLine[]) => LogLine[];

export function createSelection({ place, rollout, version }: Topic): Selection {
  const ofRollout = rollout === null ? null : createRolloutSelection(rollout);
  const named = version === null ? null : versionPattern(version);
  return (lines) => {
    const ofPlace = place === null ? lines : lines.filter((line) => concernsPlace(line, place));
    const ofVersion = named === null ? ofPlace : ofPlace.filter((line) => named.test(wholeOf(line)));
    return ofRollout?.(ofVersion) ?? [...ofVersion];
  };
}

function concernsPlace({ part, endpoint, fields, text }: LogLine, place: Place): boolean {
  if (part === 'worker') return isWorkflowOf(fields['workflowId'], place) || isAt(fields, place);
  // Its lines name clusters: `live/<endpoint>/<key>`.
  if (part === 'envoy') return text.includes(`/${place.endpoint}/`);
  return endpoint === place.endpoint;
}

function isAt({ target, endpoint }: LogLine['fields'], place: Place): boolean {
  return target === place.target && endpoint === place.endpoint;
}

/** `rollout.local.digits`, its monitor, its retraining; a schedule adds the time at which it began one. */
function isWorkflowOf(id: unknown, { target, endpoint }: Place): boolean {
  if (typeof id !== 'string') return false;
  const [, ofTarget, ofEndpoint = ''] = id.split('.');
  return ofTarget === target && ofEndpoint.replace(/-\d{4}-\d\d-\d\dT.*$/, '') === endpoint;
}

/**
 * A rollout's own lines (those that carry its id, and those of the same runs), and what was said of its endpoint meanwhile:
 * from its first line until its last, or until the next rollout while it has not ended.
 */
function createRolloutSelection(rollout: string): Selection {
  const runs = new Set<unknown>();
  const times: string[] = [];
  let done = false;
  let next: string | undefined;
  return (lines) => {
    const own = lines.filter((line) => carries(line, rollout));
    for (const { fields } of own) runs.add(fields['runId'] ?? fields['workflowRunId']);
    runs.delete(undefined);
    const isOwn = (line: LogLine) =>
      carries(line, rollout) || runs.has(line.fields['runId'] ?? line.fields['workflowRunId']);
    times.push(...lines.filter(isOwn).map(({ time }) => time));
    times.sort();
    done ||= own.some(({ fields }) => fields['stage'] === 'done');
    const [first] = times;
    if (first === undefined) return [];
    next ??= lines.find(({ time, fields }) => time > first && isOther(fields['rolloutId'], rollout))?.time;
    const last = done ? times.at(-1) : next;
    return lines.filter((line) => isOwn(line) || (line.time >= first && (last === undefined || line.time <= last)));
  };
}

/** The host's `label` is the rollout and its step: `local.digits.4/canary-10`. */
function carries({ fields: { rolloutId, label } }: LogLine, rollout: string): boolean {
  return rolloutId === rollout || (typeof label === 'string' && label.startsWith(`${rollout}/`));
}

function isOther(id: unknown, rollout: string): boolean {
  return typeof id === 'string' && id !== rollout;
}

function versionPattern(version: string): RegExp {
  const text = RegExp.escape(version);
  return /-[0-9a-f]{12}/.test(version) ? new RegExp(`\\b${text}(?![\\w-])`) : new RegExp(`\\bv${text}-[0-9a-f]{12}`);
}

function wholeOf({ version, text, fields }: LogLine): string {
  return `${version ?? ''} ${text} ${JSON.stringify(fields)}`;
}
