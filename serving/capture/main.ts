import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { versionsOf } from '../../domain/route.ts';
import { socketPath } from '../envoy/socket-path.ts';
import { logToStdout as log } from '../host/log.ts';
import { createNoSink } from './batch-sink.ts';
import { startControl } from './control.ts';
import type { CaptureReport } from './control.ts';
import { createCounting } from './counting.ts';
import type { Draft } from './fence-tally.ts';
import { openCohortRing } from './labels/cohort-ring.ts';
import { createCohorts } from './labels/cohorts.ts';
import { observe } from './observation.ts';
import { createPostgresSink } from './postgres-sink.ts';
import { createProfiles } from './profile.ts';
import { startReceiver } from './receiver.ts';
import { readSettings } from './settings-file.ts';
import { createTotalling } from './totals.ts';
import { createWriter } from './writer.ts';

// The capture process: main.ts --state FOLDER --target NAME [--no-store], with the database in DATABASE_URL or PG….
// With --warm-up it only loads its code; see compile-cache.ts.

const HOUSEKEEPING_MS = 3_600_000;
const HOUSEKEEPING_RETRY_MS = 60_000;
/** How long the last evidence may take to be stored when the process is asked to end. */
const LAST_FLUSH_MS = 3000;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const { values } = parseArgs({ options: { state: text, target: text, 'no-store': flag, 'warm-up': flag } });
if (values['warm-up']) process.exit(0);
const { state: stateDir, target } = values;
if (stateDir === undefined || target === undefined) throw new Error('capture needs --state and --target');

const connectionString = process.env['DATABASE_URL'];
const cohorts = createCohorts((endpoint, everyMs) => openCohortRing(join(stateDir, 'cohorts'), endpoint, everyMs));
const profiles = createProfiles(join(stateDir, 'profiles'));
const onFault = (error: Error) => log('error', 'not stored', { reason: error.message });
const sink = values['no-store']
  ? createNoSink()
  : createPostgresSink({ connectionString, target, onFault, cohorts, profiles });
const totalling = createTotalling();
const writer = createWriter({
  sink,
  toleranceOf: (endpoint) => counting.toleranceOf(endpoint),
  onLost: (draft) => counting.addLost(draft),
  onStored: (batch) => totalling.addLabels(batch),
});
const counting = createCounting({
  onDraft: addDraft,
  onRows: writer.addRows,
  cohorts,
  profiles,
  onFault: (endpoint, error) => log('error', 'not counted', { endpoint, reason: error.message }),
});

const configure = (): void => {
  const endpoints = readSettings(stateDir);
  counting.configure(endpoints);
  totalling.keepOnly(
    endpoints.map(({ endpoint, route, servers }) => {
      return { endpoint, versions: [...versionsOf(route), ...servers.map(({ version }) => version)] };
    }),
  );
};

// Before the settings are read: whoever finds nobody here may rely on a later reading.
const control = await startControl(socketPath(stateDir, 'control.sock'), {
  report,
  totals: () => totalling.totals,
  reload: configure,
});
configure();
const receiver = await startReceiver(socketPath(stateDir, 'als.sock'), (logName, entry) => {
  try {
    const observation = observe(logName, entry);
    if (observation) counting.add(observation);
  } catch (error) {
    log('error', 'entry dropped', { reason: String(error) });
  }
});
let housekeeping = setTimeout(keepHouse, 0);
process.once('SIGTERM', () => void end());
process.once('SIGINT', () => void end());

function addDraft(draft: Draft): void {
  totalling.addDraft(draft);
  writer.addDraft(draft);
}

function report(): CaptureReport {
  const { oldestSealed, fault, ...state } = writer.state;
  const lagMs = oldestSealed === null ? 0 : Math.max(0, Date.now() - Date.parse(oldestSealed));
  return { ...state, lagMs, duplicates: counting.duplicates, storeFault: fault };
}

function keepHouse(): void {
  const done = (delayMs: number) => (housekeeping = setTimeout(keepHouse, delayMs).unref());
  sink.keepHouse(counting.retentionDays).then(
    () => done(HOUSEKEEPING_MS),
    () => done(HOUSEKEEPING_RETRY_MS),
  );
}

async function end(): Promise<void> {
  clearTimeout(housekeeping);
  receiver.stop();
  control.close();
  counting.close();
  await writer.flush(LAST_FLUSH_MS);
  cohorts.close();
  process.exit(0);
}
