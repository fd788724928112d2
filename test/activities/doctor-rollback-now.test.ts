import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rollbackNow } from '../../activities/doctor/rollback-now.ts';
import type { UnrecordedRollback } from '../../activities/doctor/unrecorded.ts';
import { StaleFence, type ServingTarget } from '../../activities/targets/target.ts';
import type { PinnedVersion } from '../../domain/model-version.ts';
import { mirrorRoute, splitRoute, wholeRoute, type Route } from '../../domain/route.ts';
import { reach, SETTINGS } from '../serving/host/support/host-fixture.ts';
import { HostProcess } from '../serving/host/support/host-process.ts';
import { makeModel, programRuntime } from '../serving/host/support/models.ts';
import { startLoad } from '../serving/support/post.ts';

const CLI = fileURLToPath(new URL('../../client/cli.ts', import.meta.url));
/** Nobody listens there: neither Temporal, nor PostgreSQL, nor MLflow. */
const NOWHERE = '127.0.0.1:1';

let host: HostProcess;
let target: ServingTarget;
let stable: PinnedVersion;
let candidate: PinnedVersion;

beforeEach(async () => {
  host = await HostProcess.create();
  target = await host.start();
  [stable, candidate] = [await makeModel(host.home, '1'), await makeModel(host.home, '2')];
  await target.ensureEndpoint('digits', SETTINGS);
  for (const version of [stable, candidate]) await target.ensureVersion('digits', version, programRuntime());
  for (const { key } of [stable, candidate]) await reach(target, key, 'ready');
});

afterEach(() => host.end());

test('with nothing but the serving host up, a canary is taken back at once, and no client notices', async () => {
  await set(splitRoute(stable.key, candidate.key, 5_000));
  const load = startLoad(`${(await target.readEndpoint('digits'))?.url}/predict`);
  const { code, answer } = await slipway('digits', '--reason', 'complaints', '--by', 'ada');
  const answers = await load.end();
  expect(code).toBe(0);
  expect(answer).toMatchObject({ serving: stable.key, verified: true });
  expect((await target.readEndpoint('digits'))?.route.programmed?.route).toEqual(wholeRoute(stable.key));
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  const written = await notes();
  expect(written).toMatchObject([{ serving: stable.key, by: 'ada', reason: 'complaints' }]);
  expect(written[0]?.programmed?.route).toEqual(wholeRoute(stable.key));
});

test('the rollout that lost its route cannot move it any more', async () => {
  await set(splitRoute(stable.key, candidate.key, 5_000));
  await slipway('digits');
  const late = target.setRoute('digits', { epoch: 1, sequence: 2 }, wholeRoute(candidate.key), 'the next step');
  await expect(late).rejects.toThrow(StaleFence);
  const other = target.setRoute('digits', { epoch: 2, sequence: 1 }, wholeRoute(candidate.key), 'prepared meanwhile');
  await expect(other).rejects.toThrow(StaleFence);
});

test('a shadow ends, and its stable version serves on', async () => {
  await set(mirrorRoute(stable.key, candidate.key, 50));
  expect((await slipway('digits')).answer).toMatchObject({ serving: stable.key, verified: true });
  expect((await target.readEndpoint('digits'))?.route.desired.mirrors).toEqual([]);
});

test('where one version has all traffic, a person has to name the other', async () => {
  await set(wholeRoute(candidate.key));
  expect(await slipway('digits')).toMatchObject({
    code: 1,
    answer: { error: 'refused', message: expect.stringContaining('name one with --to') as string },
  });
  expect((await slipway('digits', '--version', '1')).answer).toMatchObject({ serving: stable.key, verified: true });
});

test('a version that is not healthy gets no traffic, and nothing is changed', async () => {
  await set(wholeRoute(stable.key));
  const broken = await makeModel(host.home, '3');
  await target.ensureVersion('digits', broken, programRuntime('crash'));
  await reach(target, broken.key, 'failed');
  for (const version of ['3', '9']) {
    const { code, answer } = await slipway('digits', '--version', version);
    expect([code, answer.error]).toEqual([1, 'refused']);
    expect(answer.message).toMatch(/version 9 is not deployed|is failed .* no traffic was moved onto it/);
  }
  expect((await target.readEndpoint('digits'))?.route.fence).toEqual({ epoch: 1, sequence: 1 });
  expect(await notes()).toEqual([]);
});

test('whoever moves the route in the same moment is overtaken', async () => {
  await set(splitRoute(stable.key, candidate.key, 5_000));
  let races = 0;
  const racing: ServingTarget = {
    ...target,
    async setRoute(endpoint, fence, route, label) {
      const newer = { epoch: fence.epoch + 1, sequence: 1 };
      if (++races === 1) await target.setRoute(endpoint, newer, splitRoute(stable.key, candidate.key, 9_000), 'faster');
      return target.setRoute(endpoint, fence, route, label);
    },
  };
  const request = { target: 'local', endpoint: 'digits', by: 'ada', reason: '' };
  expect(await rollbackNow(racing, host.home, request)).toMatchObject({ serving: stable.key, verified: true });
  expect(await notes()).toHaveLength(1);
});

async function set(route: Route): Promise<void> {
  await target.setRoute('digits', { epoch: 1, sequence: 1 }, route, 'local.digits.1/canary-50');
}

async function slipway(...args: string[]): Promise<{ code: number; answer: Record<string, unknown> }> {
  const env = {
    ...process.env,
    SLIPWAY_HOME: host.home,
    TEMPORAL_ADDRESS: NOWHERE,
    DATABASE_URL: `postgres://slipway:x@${NOWHERE}/slipway`,
    MLFLOW_TRACKING_URI: `http://${NOWHERE}`,
  };
  const all = [CLI, 'rollback', '--now', '--json', ...args];
  const ended = await promisify(execFile)(process.execPath, all, { env, cwd: host.home }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: unknown) => error as { code: number; stdout: string },
  );
  return { code: ended.code, answer: JSON.parse(ended.stdout) as Record<string, unknown> };
}

async function notes(): Promise<UnrecordedRollback[]> {
  const folder = join(host.home, 'unrecorded');
  const names = await readdir(folder).catch(() => []);
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as never));
}
