import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { splitRoute, wholeRoute } from '../../../domain/route.ts';
import type { Fence } from '../../../domain/fence.ts';
import type { PinnedVersion } from '../../../domain/model-version.ts';
import type { ServingTarget } from '../../../activities/targets/target.ts';
import { HostProcess } from './support/host-process.ts';
import { makeModel, programRuntime } from './support/models.ts';
import { noSmallDisk, SmallDisk } from './support/small-disk.ts';
import { reach, SETTINGS } from './support/host-fixture.ts';
import { post } from '../support/post.ts';
import { until } from '../support/until.ts';

const why = noSmallDisk();

describe.skipIf(why !== null)(`a full disk${why === null ? '' : ` (not here: ${why})`}`, () => {
  let host: HostProcess;
  let disk: SmallDisk;
  let target: ServingTarget;
  let models: string;
  let stable: PinnedVersion;
  let candidate: PinnedVersion;

  const at = (sequence: number): Fence => ({ epoch: 1, sequence });
  const half = () => splitRoute(stable.key, candidate.key, 5_000);

  /** A host on a disk of 24 MB, half of the traffic on each of two versions, whose artifacts came from another disk. */
  beforeEach(async () => {
    models = await mkdtemp(join(tmpdir(), 'slipway-models-'));
    host = await HostProcess.create();
    disk = new SmallDisk(host.root, 24);
    target = await host.start();
    stable = await makeModel(models, '1');
    candidate = await makeModel(models, '2');
    await target.ensureEndpoint('digits', SETTINGS);
    for (const version of [stable, candidate]) await target.ensureVersion('digits', version, programRuntime());
    for (const { key } of [stable, candidate]) await reach(target, key, 'ready');
    await target.setRoute('digits', at(1), half(), 'half');
  });

  afterEach(async () => {
    await disk.empty();
    await host.run('--shutdown');
    disk.end();
    await host.end();
    await rm(models, { recursive: true });
  });

  test('a change of the route is refused in one sentence, and neither memory, disk nor Envoy has it', async () => {
    await disk.fill();
    const before = await readFile(join(host.root, 'state', 'digits.json'), 'utf8');
    const more = target.setRoute('digits', at(2), splitRoute(stable.key, candidate.key, 9_000), 'more');
    await expect(more).rejects.toMatchObject({
      name: 'TargetRefusal',
      code: 'unavailable',
      message: expect.stringMatching(
        /^the serving host's disk is full, so endpoint digits stays as it was: free space for \S+$/,
      ) as string,
    });
    expect((await target.readEndpoint('digits'))?.route).toEqual({
      fence: at(1),
      desired: half(),
      programmed: { fence: at(1), route: half() },
      label: 'half',
    });
    expect(await readFile(join(host.root, 'state', 'digits.json'), 'utf8')).toBe(before);
    expect(await readdir(join(host.root, 'state'))).toEqual(['digits.json']);

    await disk.empty();
    const after = await target.setRoute('digits', at(2), splitRoute(stable.key, candidate.key, 9_000), 'more');
    expect(after.programmed?.fence).toEqual(at(2));
  });

  test('the way back gets through: space for it is set aside', async () => {
    await disk.fill();
    const back = await target.setRoute('digits', at(2), wholeRoute(stable.key), 'rollback');
    expect(back.programmed).toEqual({ fence: at(2), route: wholeRoute(stable.key) });
    const url = `${(await target.readEndpoint('digits'))?.url}/predict`;
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(url, {})));
    expect(answers.map(({ text }) => text)).toEqual(Array(20).fill('{"predictions":["v1"]}'));
    expect(JSON.parse(await readFile(join(host.root, 'state', 'digits.json'), 'utf8'))).toMatchObject({ fence: at(2) });
  });

  test('a version that does not fit is refused in one sentence, and comes once there is space', async () => {
    const large = await makeModel(models, '3', { 'weights.bin': 'x'.repeat(8 << 20) });
    await disk.fill(4 << 20);
    await target.ensureVersion('digits', large, programRuntime());
    const { detail } = await reach(target, large.key, 'failed');
    expect(detail).toMatch(
      new RegExp(`^the serving host's disk is full, so ${large.key} cannot be fetched: free space for \\S+$`),
    );
    expect(await readdir(join(host.root, 'models'))).toEqual([stable.key, candidate.key].sort());
    expect((await target.readEndpoint('digits'))?.route.programmed?.route).toEqual(half());

    await disk.empty();
    const again = () => target.ensureVersion('digits', large, programRuntime());
    await until('the version to be ready', again, ({ state }) => state === 'ready', 60_000);
  });
});
