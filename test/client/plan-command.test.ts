import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { GateBatch } from '../../domain/gate-batch.ts';
import type { PlanReport } from '../../client/plan-report.ts';
import { arm, STABLE } from '../gates/support/batches.ts';
import { sealedBatch } from './judged-rollout.ts';
import { slipway } from './recording-terminal.ts';
import { useDatabase } from '../store/database.ts';

const db = useDatabase();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-plan-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => {
  vi.stubEnv('SLIPWAY_HOME', folder);
  vi.stubEnv('DATABASE_URL', db.urls.appUrl);
});

async function fileOf(yaml: string): Promise<string> {
  const file = join(folder, 'rollout.yaml');
  await writeFile(file, yaml);
  return file;
}

async function planned(yaml: string, ...args: string[]): Promise<{ code: number; report: PlanReport }> {
  const { code, out } = await slipway('plan', '-f', await fileOf(yaml), '--json', ...args);
  return { code, report: JSON.parse(out) as PlanReport };
}

/** Batches of ten seconds each, the last one sealed so many minutes ago. */
async function seal(endpoint: string, minutesAgo: number, parts: Partial<GateBatch>, count = 6): Promise<void> {
  const end = Date.now() - minutesAgo * 60_000;
  for (let index = 0; index < count; index += 1) {
    const sealed = new Date(end - (count - 1 - index) * 10_000);
    const times = { opened: new Date(sealed.getTime() - 10_000).toISOString(), sealed: sealed.toISOString() };
    const { hash, ...body } = sealedBatch(endpoint, index, { ...parts, ...times });
    await db.pool.query(
      `INSERT INTO slipway.gate_batches (target, endpoint, index, epoch, sequence, opened_at, sealed_at, body, hash)
       VALUES ('local', $1, $2, $3, $4, $5, $6, $7, $8)`,
      [endpoint, index, body.fence.epoch, body.fence.sequence, body.opened, body.sealed, JSON.stringify(body), hash],
    );
  }
}

describe('the traffic that a plan is reckoned with', () => {
  test('is what the endpoint had in the last minutes, with its errors and latencies', async () => {
    await seal('busy', 1, { arms: [arm(STABLE, 200, { errors: 4 })] });
    const { code, report } = await planned('endpoint: busy\nmodel: digits\n');
    expect(code).toBe(0);
    expect(report.traffic).toMatchObject({ basis: 'measured', requestsPerSecond: 20, errors: 0.02, labelled: 0 });
    expect(report.trafficNote).toMatch(
      /^20 requests\/s in the last 15m, 2 % errors, 0 % rejected, p50 .* ms, p99 .* ms, no labels$/,
    );
    expect(report.needs.every(({ durationMs }) => durationMs !== null)).toBe(true);
  });

  test('is what is given, whatever was seen', async () => {
    const { report } = await planned('endpoint: busy\nmodel: digits\n', '--rate', '0.5');
    expect(report.traffic).toMatchObject({ basis: 'given', requestsPerSecond: 0.5, errors: 0 });
    expect(report.trafficNote).toBe('30 requests/min, as given');
  });

  test.each([
    [
      'nobody called lately',
      'idle',
      () => seal('idle', 60, { arms: [arm(STABLE, 200)] }),
      /nobody called local\/idle in the last 15m/,
    ],
    ['nothing was ever served', 'fresh', () => Promise.resolve(), /nobody called local\/fresh/],
  ])('is not known where %s, and the plan says how to give it', async (_, endpoint, before, why) => {
    await before();
    const { code, report } = await planned(`endpoint: ${endpoint}\nmodel: digits\n`);
    expect([code, report.traffic]).toEqual([0, null]);
    expect(report.trafficNote).toMatch(why);
    expect(report.trafficNote).toMatch(/say it with --rate; shown for 10 requests\/s$/);
    expect(report.needs.every(({ durationMs }) => durationMs === null)).toBe(true);
  });

  test('is not known where no database answers, and no password is shown', async () => {
    vi.stubEnv('DATABASE_URL', 'postgres://slipway:secret@127.0.0.1:1/slipway');
    const { code, report } = await planned('endpoint: busy\nmodel: digits\n');
    expect([code, report.traffic]).toEqual([0, null]);
    expect(report.trafficNote).toContain('no batches can be read from postgres://slipway:***@127.0.0.1:1/slipway');
  });
});

describe('a plan with gates that never decide', () => {
  const HOPELESS =
    'endpoint: digits\nmodel: digits\nshadow: { maxDisagreement: 1 }\ngates: { violations: {}, limits: { errorRate: 1 } }\n';
  const PATHS = ['shadow.maxDisagreement', 'gates.limits.errorRate', 'gates.violations'];

  test('is shown with all its faults, and ends with 2', async () => {
    const { code, report } = await planned(HOPELESS, '--rate', '20');
    expect([code, report.errors.map(({ path }) => path)]).toEqual([2, PATHS]);
    const { code: again, out } = await slipway('plan', '-f', await fileOf(HOPELESS), '--rate', '20');
    expect(again).toBe(2);
    for (const path of PATHS) expect(out).toContain(`✗ ${path}  `);
  });

  test('is refused by start with all its faults at once, before anything is connected to', async () => {
    vi.stubEnv('TEMPORAL_ADDRESS', '127.0.0.1:1');
    const { code, err } = await slipway('start', '-f', await fileOf(HOPELESS));
    expect(code).toBe(2);
    expect(err).toMatch(/rollout\.yaml has 3 faults:\n {2}shadow\.maxDisagreement .*set shadow\.maxDisagreement to/);
    for (const path of PATHS) expect(err).toContain(`\n  ${path} `);
    expect(err).toContain('Nothing was started.');
    const { code: again, out } = await slipway('start', '-f', await fileOf(HOPELESS), '--json');
    expect([again, JSON.parse(out)]).toMatchObject([
      2,
      { error: 'hopeless_gates', faults: PATHS.map((path) => ({ path })) },
    ]);
  });

  test('that only has cautions is not refused by start, which says them', async () => {
    vi.stubEnv('TEMPORAL_ADDRESS', '127.0.0.1:1');
    const { code, err } = await slipway('start', '-f', await fileOf('endpoint: digits\nmodel: digits\nsoak: false\n'));
    expect(code).not.toBe(2);
    expect(err).toMatch(/^! validate\.data {2}no validation set/);
    expect(err).toContain('! soak  no soak: stable is stopped as soon as all traffic has moved');
  });

  test('that only may not be proved in time is no reason to refuse it', async () => {
    const { code, report } = await planned('endpoint: digits\nmodel: digits\n', '--rate', '0.3');
    expect([code, report.errors]).toEqual([0, []]);
    expect(report.cautions.map(({ path }) => path)).toContain('gates.errors.margin');
  });
});
