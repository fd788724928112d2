import type { Alert, Severity } from './alert.ts';
import type { Finding } from './invariants/observation.ts';

/** What a round of the janitor found; the place is `null` where it is about a part of the installation. */
export type HouseFinding = Pick<Finding, 'code' | 'message' | 'remedy'> & {
  readonly target: string | null;
  readonly endpoint: string | null;
};

/** What one round hands on to the next. */
export interface HouseMemory {
  readonly findings: readonly HouseFinding[];
  /** What people were told of and is not over yet. */
  readonly open?: readonly Alert[];
}

/** Stands for the place of what concerns all endpoints. */
const EVERYWHERE = 'all';

/** Where traffic may be what nobody decided, or the record is not to be relied on. */
const CRITICAL: readonly string[] = [
  ...['DeadWithTraffic', 'NotRestored', 'RollbackFailed', 'EndpointMissing'],
  ...['RouteElsewhere', 'TrafficElsewhere', 'NotProgrammed', 'LedgerBroken'],
];

/**
 * Whom to call for what: a finding that a second round still meets has not been mended by the first, and needs a person.
 *
 * @param now ISO 8601
 * @returns what is open from now on, and what people are to be told: each beginning once, each end once
 */
export function houseAlerts(
  before: HouseMemory | null,
  found: readonly HouseFinding[],
  now: string,
): { readonly open: readonly Alert[]; readonly told: readonly Alert[] } {
  const open = before?.open ?? [];
  const met = new Set(before?.findings.map(keyOf));
  const present = new Set(found.map(keyOf));
  const known = new Set(open.map(({ key }) => key));
  const begun = new Map(
    found
      .filter((finding) => met.has(keyOf(finding)) && !known.has(keyOf(finding)))
      .map((finding) => [keyOf(finding), alertOf(finding, now)]),
  );
  const over = open.filter(({ key }) => !present.has(key)).map((alert) => endOf(alert, now));
  return {
    open: [...open.filter(({ key }) => present.has(key)), ...begun.values()],
    told: [...begun.values(), ...over],
  };
}

function keyOf({ code, target, endpoint }: HouseFinding): string {
  return ['janitor', code, target ?? EVERYWHERE, endpoint ?? EVERYWHERE].join(':');
}

function alertOf(finding: HouseFinding, now: string): Alert {
  const { code, message, remedy, target, endpoint } = finding;
  const severity: Severity = CRITICAL.includes(code) ? 'critical' : 'warning';
  const place = target === null || endpoint === null ? '' : `${target}/${endpoint}: `;
  return {
    ...{ key: keyOf(finding), status: 'firing', severity, name: code },
    ...{ target: target ?? EVERYWHERE, endpoint: endpoint ?? EVERYWHERE, model: null, rolloutId: null, link: null },
    summary: `${place}${message}`,
    action: `To be done: ${remedy}.`,
    startsAt: now,
    endsAt: null,
  };
}

function endOf(alert: Alert, now: string): Alert {
  return {
    ...alert,
    status: 'resolved',
    action: 'Nothing is to be done: the janitor does not meet it any more.',
    endsAt: now,
  };
}
