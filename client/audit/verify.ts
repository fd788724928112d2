import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { environmentOf } from '../stack/addresses.ts';
import { Failure } from '../failure.ts';
import { readAddresses } from '../stack/context.ts';
import { ROOT } from '../stack/paths.ts';
import { slipwayHome } from '../../spec/home.ts';
import type { Place } from '../rollouts/place.ts';

/** One endpoint's ledger, as `worker/audit.ts` prints it. */
export interface LedgerAudit extends Place {
  readonly check:
    | {
        readonly intact: true;
        readonly rows: number;
        readonly head: { readonly seq: number; readonly hash: string } | null;
      }
    | { readonly intact: false; readonly fault: string; readonly seq: number; readonly detail: string };
  readonly heads: readonly {
    readonly model: string;
    readonly version: string;
    readonly anchor: { readonly seq: number; readonly hash: string } | null;
  }[];
}

export interface AuditReport {
  readonly ledgers: readonly LedgerAudit[];
  /** Why the registry's heads could not be read; `null` when they were. */
  readonly registryFault: string | null;
}

const MOST_BYTES = 64 * 1024 * 1024;

/** Runs the check in a process of its own, because the store belongs to the worker's side. @throws Failure `no_database` */
export async function verifyLedgers(place: Place | null): Promise<AuditReport> {
  const home = slipwayHome();
  const addresses = await readAddresses({ home, env: process.env });
  const args = [join(ROOT, 'worker', 'audit.ts'), ...(place ? [place.target, place.endpoint] : [])];
  const env = { ...process.env, ...environmentOf(addresses, home) };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { env, maxBuffer: MOST_BYTES });
    return JSON.parse(stdout) as AuditReport;
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim() || String(error);
    throw new Failure(
      `the ledger cannot be read: ${said}; start the local stack with \`slipway up\`, or set DATABASE_URL`,
      {
        code: 'no_database',
        cause: error,
      },
    );
  }
}

/** Whether a ledger is as it was written, as far as can be told. */
export function isIntact({ check, heads }: LedgerAudit): boolean {
  return check.intact && heads.every(({ anchor }) => anchor !== null);
}
