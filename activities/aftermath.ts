import type { AftermathInput, UsualFigures } from '../domain/aftermath.ts';
import type { LedgerPlace } from './store/ledger.ts';
import { usualFigures } from '../gates/usual.ts';
import type { Deps } from './deps.ts';
import { batchesBefore } from './evidence/batches.ts';

/** Batches with requests of the version that its usual figures rest on: an hour of the default length. */
const BATCHES = 360;

export function createAftermathActivities({ pool }: Deps) {
  return {
    /** How a version served before it got its traffic back; `null` where no batch tells. */
    async readUsual(
      asked: LedgerPlace & Pick<AftermathInput, 'epoch' | 'sequence' | 'version'>,
    ): Promise<UsualFigures | null> {
      return usualFigures(await batchesBefore(pool, asked, BATCHES), asked.version);
    },
  };
}
