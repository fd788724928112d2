import type { LedgerRow } from '../../../activities/store/ledger-hash.ts';
import { SYSTEM } from '../../../domain/ledger-entry.ts';
import type { PinnedVersion } from '../../../domain/model-version.ts';
import { planRollout } from '../../../domain/plan.ts';
import type { Reason } from '../../../domain/reasons.ts';
import type { RolloutSpec } from '../../../domain/rollout-spec.ts';
import type { PreflightFacts } from '../../../domain/rollout-state.ts';
import { wholeRoute } from '../../../domain/route.ts';
import { CANDIDATE, STABLE } from './gate-batches.ts';

/** What preflight found for a rollout of `CANDIDATE` onto `STABLE`. */
export function facts(spec: Partial<RolloutSpec> = {}): PreflightFacts {
  const version = (key: string) => ({ key, version: key.slice(1, 2), model: 'digits' }) as PinnedVersion;
  return {
    plan: planRollout({ endpoint: 'digits', model: 'digits', ...spec }),
    rolloutId: 'local.digits.1',
    epoch: 1,
    candidate: version(CANDIDATE),
    snapshot: {
      fence: { epoch: 0, sequence: 0 },
      route: wholeRoute(STABLE),
      stable: version(STABLE),
      champion: '1',
    },
    alias: 'champion',
    lineage: { runId: null, runName: null, gitCommit: null, user: null, datasets: [], metrics: {} },
    url: null,
  };
}

/** Row `number` of its ledger: all traffic to a version under a fence. */
export function entry(number: number, reason: Reason, [epoch, sequence]: [number, number], version: string): LedgerRow {
  const route = wholeRoute(version);
  return {
    ...{ key: `local.digits.1:${number}`, target: 'local', endpoint: 'digits', rolloutId: 'local.digits.1' },
    ...{ rolloutSequence: number, effectiveAt: '', recordedAt: '', actor: SYSTEM, stage: 'rollback', step: null },
    ...{ reason, evidence: null, seq: number, prevHash: '', hash: '' },
    detail: { fence: `${epoch}.${sequence}`, route, programmed: { fence: { epoch, sequence }, route } },
  };
}
