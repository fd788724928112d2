import type { Finding } from './monitor.ts';

/** Something that is wrong with an endpoint, from the window that showed it to the one after which it is over. */
export interface Incident extends Finding {
  /** What people call it: `errors-3`. */
  readonly id: string;
  /** The version that served when it began. */
  readonly version: string | null;
  /** ISO 8601: when it began, and the end of the last window that showed it. */
  readonly openedAt: string;
  readonly seenAt: string;
  /** Windows in a row that did not show it, and how often it had come back before that. */
  readonly quiet: number;
  readonly relapses: number;
  readonly acknowledged: { readonly by: string; readonly at: string; readonly reason: string } | null;
  /** How often people were told again because nobody had acknowledged it, and when they were told last. */
  readonly escalations: number;
  readonly toldAt: string;
  /** The severities under which receivers know it as going on. */
  readonly toldAs: readonly Finding['severity'][];
  /** The features that people were told of, where it is about features. */
  readonly toldOf?: readonly string[];
  /** What was done about it, as a sentence; `null` where people were told, and nothing else. */
  readonly response: string | null;
}

/** One incident a subject: whatever is found about it again belongs to the one that is open. */
export function subjectKey({ kind, subject }: Pick<Finding, 'kind' | 'subject'>): string {
  return `${kind}:${subject}`;
}

/** Windows without the finding after which an incident is over. */
const QUIET_WINDOWS = 3;
const MOST_DOUBLINGS = 5;

/** The more often it came back, the longer it must stay away: what flutters is told a few times, not every quarter of an hour. */
export function isOver({ quiet, relapses }: Incident): boolean {
  return quiet >= QUIET_WINDOWS * 2 ** Math.min(relapses, MOST_DOUBLINGS);
}

/**
 * Whether it has spread so far since people were told that it is worse: to as many features again, or to others altogether.
 * Who took on one feature may not know of ten, or of another.
 */
export function hasSpread({ features = [], toldOf = [] }: Incident): boolean {
  const fresh = features.filter((feature) => !toldOf.includes(feature)).length;
  return toldOf.length > 0 && fresh > 0 && (fresh >= toldOf.length || fresh === features.length);
}

const DAY_MS = 86_400_000;

/** Whether nobody has acknowledged it for so long that people must be told again; each time the wait doubles, up to a day. */
export function mustEscalate({ acknowledged, escalations, toldAt }: Incident, at: string, afterMs: number): boolean {
  if (acknowledged) return false;
  const wait = Math.min(afterMs * 2 ** Math.min(escalations, 20), Math.max(afterMs, DAY_MS));
  return Date.parse(at) - Date.parse(toldAt) >= wait;
}

/** How many incidents of one sort are open: what a list of monitors shows without asking each of them. */
export interface OpenIncidents extends Pick<Incident, 'kind' | 'severity'> {
  readonly acknowledged: boolean;
  readonly open: number;
}

/** In a fixed order, so that two that are alike are equal. */
export function openIncidents(incidents: readonly Incident[]): OpenIncidents[] {
  const sorts = Map.groupBy(incidents, ({ kind, severity, acknowledged }) =>
    [kind, severity, acknowledged !== null].join(' '),
  );
  return [...sorts.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, [first, ...others]]) =>
      first === undefined
        ? []
        : [
            {
              ...{ kind: first.kind, severity: first.severity },
              ...{ acknowledged: first.acknowledged !== null, open: 1 + others.length },
            },
          ],
    );
}
