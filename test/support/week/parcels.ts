import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RolloutSpec } from '../../../domain/rollout-spec.ts';
import { ROOT } from '../compose.ts';
import { Clients } from './clients.ts';
import type { Week } from './week.ts';

export const PARCELS = { target: 'local', endpoint: 'parcels' };

const PYTHON = process.env['SLIPWAY_PYTHON'] ?? join(ROOT, '.venv/bin/python');
const PROGRAM = join(import.meta.dirname, 'parcels.py');

/** Trains and registers version 1 of a model that says which parcels come late; it knows those of one city. */
export async function trainParcels({ stack }: Week): Promise<void> {
  const env = { ...stack.env, MLFLOW_TRACKING_URI: stack.mlflow };
  await promisify(execFile)(PYTHON, [PROGRAM, folderOf(stack), 'city'], { env });
}

/** Version 1, watched, and trained anew when parcels are not what they were. */
export function parcelsSpec({ stack }: Week): RolloutSpec {
  const folder = folderOf(stack);
  return {
    ...{ endpoint: PARCELS.endpoint, model: 'parcels', version: '1' },
    validate: { data: { source: join(folder, 'validation.csv'), label: 'late' }, limits: { accuracy: 0.9 } },
    // Versions that learnt from other parcels differ, as they should.
    shadow: false,
    canary: { steps: [50], minDuration: '2s', maxDuration: '5m' },
    soak: false,
    // Milliseconds are mostly those of the machine that runs the test.
    gates: {
      batch: '1s',
      errors: { margin: 0.05 },
      latency: { p50: { margin: 4 }, p95: { margin: 9 } },
      limits: { errorRate: 0.2 },
    },
    monitor: {
      window: '2s',
      quality: { over: '1h', min: { accuracy: 0.8 } },
      policy: { drift: 'retrain', quality: 'rollback' },
    },
    retrain: { job: { command: [PYTHON, PROGRAM, folder, 'country'] } },
  };
}

/** A parcel, and what becomes of it. */
export interface Parcel {
  readonly inputs: readonly number[];
  readonly isLate: boolean;
}

/** Parcels of a kind, one after the other and over again. */
export async function parcelsFrom({ stack }: Week, kind: 'city' | 'country'): Promise<() => Parcel> {
  const rows = (await readFile(join(folderOf(stack), `live-${kind}.jsonl`), 'utf8')).split('\n');
  let taken = 0;
  return () => {
    const row = JSON.parse(rows[taken++ % rows.length] ?? '') as number[];
    return { inputs: row.slice(0, -1), isLate: row.at(-1) === 1 };
  };
}

/** Clients who ask about parcels of a kind. */
export async function askAboutParcels(week: Week, kind: 'city' | 'country'): Promise<Clients> {
  const parcel = await parcelsFrom(week, kind);
  return new Clients(predictionsOf(week), { everyMs: 25, next: () => ({ body: { inputs: [parcel().inputs] } }) });
}

export function predictionsOf({ stack }: Week): string {
  return `${stack.gateway}/${PARCELS.endpoint}/invocations`;
}

function folderOf({ home }: Week['stack']): string {
  return join(home, 'parcels');
}
