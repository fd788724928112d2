import { agreementFindings } from './invariants/agreement.ts';
import { endedFindings } from './invariants/ended.ts';
import { fenceFindings } from './invariants/fence.ts';
import { ledgerFindings } from './invariants/ledger.ts';
import type { EndpointObservation, Finding } from './invariants/observation.ts';

export type { ChainedEntry } from './invariants/history.ts';
export type { EndpointObservation, Finding, Repair, SeenLedger, SeenRoute } from './invariants/observation.ts';

/** Whether route, proxy, traffic, registry and ledger of an endpoint agree, and what is off; empty when all is well. */
export function checkInvariants(seen: EndpointObservation): Finding[] {
  return [...endedFindings(seen), ...agreementFindings(seen), ...ledgerFindings(seen), ...fenceFindings(seen)];
}
