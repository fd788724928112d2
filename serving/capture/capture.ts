import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Capture } from '../data-plane.ts';
import { createDaemon } from '../envoy/daemon.ts';
import { residentBytes } from '../envoy/process-identity.ts';
import { socketPath } from '../envoy/socket-path.ts';
import { compileCachePath, fillCompileCache } from './compile-cache.ts';
import { askControl, askTotals } from './control.ts';
import type { CaptureReport } from './control.ts';
import { writeSettings } from './settings-file.ts';

export interface CaptureOptions {
  readonly stateDir: string;
  /** `undefined` leaves it to the `PG…` variables; `null`: nothing is stored. */
  readonly databaseUrl: string | undefined | null;
  /** The name under which everything of this host stands in the database. */
  readonly target: string;
}

export interface CaptureProcess extends Capture {
  /** Unix socket on which it takes Envoy's access log. */
  readonly address: string;
  /** Leaves the process running and unwatched, as the end of this process would. */
  release(): void;
}

/** Keeps V8 from letting its heap grow before it collects: capture shares 200 MB with the host. */
const SMALL_HEAP = ['--max-old-space-size=64', '--max-semi-space-size=1'];

/** Capture in a process of its own, so that neither its load nor its death touches the host or a prediction. */
export function createCapture({ stateDir, databaseUrl, target }: CaptureOptions): CaptureProcess {
  const control = socketPath(stateDir, 'control.sock');
  const program = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './main.ts' : './main.js', import.meta.url));
  const args = ['--state', stateDir, '--target', target, ...(databaseUrl === null ? ['--no-store'] : [])];
  const database = databaseUrl == null ? {} : { DATABASE_URL: databaseUrl };
  const fingerprint = fingerprintOf([args, databaseEnv({ ...process.env, ...database })]);
  const compileCache = compileCachePath(stateDir, fingerprint);
  const node = [process.execPath, ...SMALL_HEAP, program] as const;
  const daemon = createDaemon({
    name: 'capture',
    stateDir,
    command: [...node, ...args],
    env: { ...process.env, ...database, NODE_COMPILE_CACHE: compileCache, MALLOC_ARENA_MAX: '2' },
    fingerprint,
    beforeStart: () => fillCompileCache(compileCache, stateDir, [...node, '--warm-up']),
    answers: () =>
      askControl(control, 'GET').then(
        () => true,
        () => false,
      ),
  });

  return {
    address: socketPath(stateDir, 'als.sock'),

    async start() {
      mkdirSync(stateDir, { recursive: true, mode: 0o700 });
      await daemon.start();
    },

    async configure(endpoints) {
      mkdirSync(stateDir, { recursive: true, mode: 0o700 });
      writeSettings(stateDir, endpoints);
      // A process that does not answer yet reads the file once it does.
      await askControl(control, 'POST').catch((error: unknown) => {
        if (!isNobodyThere(error)) throw error;
      });
    },

    async health() {
      const { running } = daemon;
      const down = (detail: string) => ({ ok: false, detail, memoryBytes: null, shed: 0 });
      if (running === null) return down(daemon.fault ?? 'capture is not running');
      try {
        const report = await askControl(control, 'GET');
        return { ...describe(report, databaseUrl), memoryBytes: residentBytes(running.pid), shed: report.shed };
      } catch {
        return down(`capture ${running.pid} does not answer`);
      }
    },

    async metrics() {
      const [report, totals] = await Promise.all([askControl(control, 'GET'), askTotals(control)]);
      return { ...report, totals };
    },

    release() {
      daemon.release();
    },

    stop: () => daemon.stop(5000),
  };
}

function describe(report: CaptureReport, databaseUrl: string | undefined | null): { ok: boolean; detail: string } {
  const { storeFault, queuedRows, queuedBatches, duplicates } = report;
  if (databaseUrl === null) return { ok: false, detail: 'no database: predictions and gate batches are not stored' };
  if (storeFault === null) return { ok: true, detail: `stores evidence; ${duplicates} request ids came twice` };
  const waiting = `${queuedBatches} batches and ${queuedRows} predictions wait`;
  return { ok: false, detail: `PostgreSQL takes nothing (${storeFault}); ${waiting}` };
}

/** Changes with the options and with capture's own code, so that an update replaces the running process. */
function fingerprintOf(options: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify(options));
  const folder = fileURLToPath(new URL('.', import.meta.url));
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = entries.map(({ parentPath, name }) => join(parentPath, name));
  for (const file of files.sort()) hash.update(readFileSync(file));
  return hash.digest('hex');
}

function databaseEnv(env: NodeJS.ProcessEnv): unknown {
  return Object.entries(env).filter(([name]) => name === 'DATABASE_URL' || name.startsWith('PG'));
}

function isNobodyThere(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ECONNRESET';
}
