import { compareFences } from '../fence.ts';
import { versionNumber } from '../ids.ts';
import type { EndpointObservation, Finding, SeenRoute } from './observation.ts';
import { sameRoute } from '../route.ts';
import { lastWord } from './history.ts';
import { deadPassage, isMissing, isUnrecorded } from './state.ts';
import { nameOf, shares, soleVersion } from './words.ts';

/** Invariant 1: with no rollout running, traffic, proxy, route, registry and the ledger's last word name one version. */
export function agreementFindings(seen: EndpointObservation): Finding[] {
  if (seen.running) return [];
  const { desired } = seen;
  if (!desired) return [];
  return [...recordFindings(seen, desired), ...proxyFindings(seen, desired), ...trafficFindings(seen, desired)];
}

function recordFindings(seen: EndpointObservation, desired: SeenRoute): Finding[] {
  const { ledger, alias } = seen;
  if (!ledger) return [];
  const name = nameOf(seen);
  const remedy = `\`slipway doctor ${name} --fix\``;
  if (isUnrecorded(seen)) {
    const message = `${name} was rolled back to ${shares(desired.route)} without a workflow, which neither ledger nor registry knows yet`;
    return [{ invariant: 1, code: 'RolledBackUnrecorded', message, remedy, repair: 'reconcile' }];
  }
  const dead = deadPassage(seen);
  if (isMissing(desired) && typeof lastWord(ledger.rows) === 'string') {
    const message = `${lastWord(ledger.rows)} serves ${name} by the ledger, and the target has no such endpoint`;
    const back = `restore the serving host's state, or \`slipway start\` a rollout: it begins anew there`;
    return [{ invariant: 1, code: 'EndpointMissing', message, remedy: back, repair: 'none' }];
  }
  const expected = dead ? dead.home : lastWord(ledger.rows);
  const findings: Finding[] = [];
  const isElsewhere = expected !== undefined && soleVersion(desired.route) !== expected;
  // What a dead rollout left is a finding of invariant 3.
  if (isElsewhere && !dead) {
    const message = `all traffic of ${name} belongs on ${expected ?? 'nothing'} by the ledger, the route (${desired.label || 'no label'}) has ${shares(desired.route)}`;
    findings.push(
      expected === null
        ? { invariant: 1, code: 'RouteElsewhere', message, remedy: decide(name), repair: 'none' }
        : { invariant: 1, code: 'RouteElsewhere', message, remedy, repair: 'rollback', belongs: expected },
    );
  }
  if (alias && typeof expected === 'string' && alias.version !== versionNumber(expected)) {
    const points = alias.version === null ? 'nothing' : `version ${alias.version}`;
    const message = `the alias @${alias.name} points at ${points}, ${name} is served by ${expected}`;
    findings.push({ invariant: 1, code: 'AliasElsewhere', message, remedy, repair: 'reconcile' });
  }
  return findings;
}

function proxyFindings(seen: EndpointObservation, desired: SeenRoute): Finding[] {
  const { programmed } = seen;
  const agrees =
    programmed !== null &&
    compareFences(programmed.fence, desired.fence) === 0 &&
    sameRoute(programmed.route, desired.route);
  if (agrees) return [];
  const has = programmed ? shares(programmed.route) : 'cannot be read';
  const message = `the proxy of ${nameOf(seen)} was told ${shares(desired.route)}, and what it does is: ${has}`;
  const remedy = 'the serving host tries on by itself; `slipway status` shows what keeps it, `slipway up` restarts it';
  return [{ invariant: 1, code: 'NotProgrammed', message, remedy, repair: 'none' }];
}

function trafficFindings(seen: EndpointObservation, { route }: SeenRoute): Finding[] {
  // An arm without weight answers for the other when that cannot.
  const strays = Object.entries(seen.measured ?? {}).filter(
    ([version, requests]) => requests > 0 && !route.arms.some((arm) => arm.version === version),
  );
  if (strays.length === 0) return [];
  const shown = strays.map(([version, requests]) => `${version} (${requests})`).join(', ');
  const message = `requests of ${nameOf(seen)} reach ${shown}, which its route does not name`;
  const remedy = '`slipway status`: the proxy works with an old configuration; `slipway up` restarts the serving host';
  return [{ invariant: 1, code: 'TrafficElsewhere', message, remedy, repair: 'none' }];
}

function decide(name: string): string {
  return `decide which version serves: \`slipway rollback ${name} --to N\``;
}
