import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EndpointSettings, VersionStatus } from '../../domain/serving-contract.ts';
import { EMPTY_ROUTE, FULL_WEIGHT, mirrorRoute, splitRoute, wholeRoute } from '../../domain/route.ts';
import type { Fence } from '../../domain/fence.ts';
import type { PinnedVersion, Runtime } from '../../domain/model-version.ts';
import { StaleFence, TargetRefusal, type ServingTarget } from '../../activities/targets/target.ts';
import { until } from '../serving/support/until.ts';

/** A target, and what a test may put there under endpoints of its own. */
export interface TargetUnderTest {
  readonly target: ServingTarget;
  readonly settings: EndpointSettings;
  /** Two versions of `settings.model`, and how they are run. */
  readonly versions: readonly [PinnedVersion, PinnedVersion];
  readonly runtime: Runtime;
  /** A body that both answer with 200. */
  readonly body: string;
  end(): Promise<void>;
}

/** What every implementation of {@link ServingTarget} promises. */
export function describeTarget(name: string, make: () => Promise<TargetUnderTest>): void {
  describe(`the target ${name}`, () => {
    let given: TargetUnderTest;
    let target: ServingTarget;
    let stable: string;
    let candidate: string;
    let endpoint: string;
    let tests = 0;

    beforeAll(async () => {
      given = await make();
      target = given.target;
      [stable, candidate] = [given.versions[0].key, given.versions[1].key];
    });

    afterAll(() => given.end());

    beforeEach(() => {
      tests += 1;
      endpoint = `conformance-${tests}`;
    });

    afterEach(async () => {
      if ((await target.readEndpoint(endpoint)) === null) return;
      await target.setRoute(endpoint, at(99, 99), EMPTY_ROUTE, 'the end');
      for (const key of [stable, candidate]) await target.retireVersion(endpoint, key);
    });

    const at = (sequence: number, epoch = 1): Fence => ({ epoch, sequence });
    const reading = async () => (await target.readEndpoint(endpoint))?.route;

    /** Both versions ready, all traffic on stable under fence 1.1. */
    async function serving(): Promise<VersionStatus[]> {
      await target.ensureEndpoint(endpoint, given.settings);
      const statuses = await Promise.all(given.versions.map(ready));
      await target.setRoute(endpoint, at(1), wholeRoute(stable), 'begin');
      return statuses;
    }

    async function ready(version: PinnedVersion): Promise<VersionStatus> {
      const ask = () => target.ensureVersion(endpoint, version, given.runtime);
      return until(`${version.key} to be ready`, ask, ({ state }) => state === 'ready', 120_000);
    }

    test('an endpoint that was never heard of reads as null', async () => {
      expect(await target.readEndpoint('never-heard-of')).toBeNull();
      await expect(target.setRoute('never-heard-of', at(1), EMPTY_ROUTE, '')).rejects.toThrow(TargetRefusal);
    });

    test('a new endpoint serves nothing, under no fence, and may be created again', async () => {
      await target.ensureEndpoint(endpoint, given.settings);
      await target.ensureEndpoint(endpoint, given.settings);
      expect(await target.readEndpoint(endpoint)).toMatchObject({
        settings: given.settings,
        versions: [],
        route: { fence: at(0, 0), desired: EMPTY_ROUTE },
        claimed: at(0, 0),
      });
    });

    test('settings can be changed without touching the route', async () => {
      await serving();
      const settings = { ...given.settings, timeoutMs: given.settings.timeoutMs + 1 };
      await target.ensureEndpoint(endpoint, settings);
      expect(await target.readEndpoint(endpoint)).toMatchObject({
        settings,
        route: { fence: at(1), programmed: { route: wholeRoute(stable) } },
      });
    });

    test('a version that is asked for twice is there once', async () => {
      const [before] = await serving();
      await target.ensureVersion(endpoint, given.versions[0], given.runtime);
      const versions = (await target.readEndpoint(endpoint))?.versions ?? [];
      expect(versions.map(({ key }) => key).sort()).toEqual([stable, candidate].sort());
      expect(versions.find(({ key }) => key === stable)).toMatchObject({ pid: before?.pid, restarts: 0 });
    });

    test('every version answers a prediction outside live traffic', async () => {
      const answers = await Promise.all((await serving()).map((status) => target.predict(status, given.body)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect(answers.every(({ ms }) => ms > 0)).toBe(true);
    });

    test('what was set is what is read back', async () => {
      await serving();
      const { sticky, mirror } = await target.capabilities();
      const routes = [
        splitRoute(stable, candidate, 100),
        splitRoute(stable, candidate, FULL_WEIGHT),
        ...(sticky ? [splitRoute(stable, candidate, 2_500, { header: 'x-user', salt: 's' })] : []),
        ...(sticky ? [splitRoute(stable, candidate, 2_500, { cookie: 'uid', salt: 's' })] : []),
        ...(mirror ? [mirrorRoute(stable, candidate, 50)] : []),
        EMPTY_ROUTE,
      ];
      for (const [index, route] of routes.entries()) {
        const fence = at(index + 2);
        const set = await target.setRoute(endpoint, fence, route, `step ${index}`);
        expect(set).toEqual({ fence, desired: route, programmed: { fence, route }, label: `step ${index}` });
        expect(await reading()).toEqual(set);
      }
    });

    test('the same change may be repeated', async () => {
      await serving();
      const first = await target.setRoute(endpoint, at(2), splitRoute(stable, candidate, 500), 'once');
      expect(await target.setRoute(endpoint, at(2), splitRoute(stable, candidate, 500), 'once')).toEqual(first);
    });

    test('an older fence is refused and changes nothing, whatever it asks for', async () => {
      await serving();
      await target.setRoute(endpoint, at(5, 2), splitRoute(stable, candidate, 500), 'newer');
      for (const older of [at(4, 2), at(99, 1)]) {
        const late = target.setRoute(endpoint, older, wholeRoute(candidate), 'late');
        const refusal = await late.then(
          () => null,
          (error: unknown) => error,
        );
        expect(refusal).toBeInstanceOf(StaleFence);
        expect((refusal as StaleFence).current).toMatchObject({ fence: at(5, 2), label: 'newer' });
      }
      expect((await reading())?.programmed?.route).toEqual(splitRoute(stable, candidate, 500));
    });

    test('an equal fence with another route is refused', async () => {
      await serving();
      await expect(target.setRoute(endpoint, at(1), wholeRoute(candidate), '')).rejects.toThrow(StaleFence);
    });

    test('a version that is not deployed gets no traffic', async () => {
      await serving();
      const error = await target.setRoute(endpoint, at(2), wholeRoute('v9-000000000000'), '').catch((e: unknown) => e);
      expect(error).toMatchObject({ name: 'TargetRefusal', code: 'not_ready' });
      expect((await reading())?.fence).toEqual(at(1));
    });

    test('counters cover every deployed version that has an arm', async () => {
      await serving();
      await target.setRoute(endpoint, at(2), splitRoute(stable, candidate, 0), 'none for the candidate');
      const { versions } = await target.readTraffic(endpoint);
      expect(versions[candidate]?.requests ?? 0).toBe(0);
      expect(versions[stable]?.requests ?? 0).toBe(0);
    });

    test('a version in the route is not retired, not even without weight; out of it, it is', async () => {
      await serving();
      await target.setRoute(endpoint, at(2), splitRoute(stable, candidate, 0), '');
      const refused = await target.retireVersion(endpoint, candidate).catch((error: unknown) => error);
      expect(refused).toMatchObject({ name: 'TargetRefusal', code: 'in_use' });
      await target.setRoute(endpoint, at(3), wholeRoute(stable), '');
      await target.retireVersion(endpoint, candidate);
      expect((await target.readEndpoint(endpoint))?.versions.map(({ key }) => key)).toEqual([stable]);
    });

    describe('once a newer attempt has the endpoint, an older one that comes back is refused and changes nothing', () => {
      const [old, newer, newest] = [at(3), at(0, 2), at(1, 2)];

      /** What an old attempt could still want, under its own fence. */
      const attempts: Record<string, () => Promise<unknown>> = {
        'a change of the route': () => target.setRoute(endpoint, old, splitRoute(stable, candidate, 500), 'late'),
        'a change of settings': () => target.ensureEndpoint(endpoint, { ...given.settings, timeoutMs: 1 }, old),
        'the start of a version': () => target.ensureVersion(endpoint, given.versions[1], given.runtime, old),
        'the end of a version': () => target.retireVersion(endpoint, candidate, old),
      };

      /** By what a newer rollout may have shown that the endpoint is its own. */
      const claims: Record<string, () => Promise<unknown>> = {
        settings: () => target.ensureEndpoint(endpoint, given.settings, newer),
        'a version': () => target.ensureVersion(endpoint, given.versions[1], given.runtime, newer),
        'a route': () => target.setRoute(endpoint, newer, wholeRoute(stable), 'newer'),
      };

      test.each(Object.keys(attempts).flatMap((late) => Object.keys(claims).map((claim) => [late, claim] as const)))(
        '%s, after %s',
        async (late, claim) => {
          await serving();
          await claims[claim]?.();
          const before = await settled();
          await expect(attempts[late]?.()).rejects.toThrow(StaleFence);
          expect(await settled()).toEqual(before);
          expect(before?.claimed).toEqual(newer);
          await target.setRoute(endpoint, newest, wholeRoute(stable), 'the newer one goes on');
        },
      );

      test('a version that was retired is not brought back by an attempt of before, of the same rollout neither', async () => {
        await serving();
        await target.ensureVersion(endpoint, given.versions[1], given.runtime, at(1));
        await target.retireVersion(endpoint, candidate, at(2));
        const late = target.ensureVersion(endpoint, given.versions[1], given.runtime, at(1));
        await expect(late).rejects.toThrow(StaleFence);
        expect((await target.readEndpoint(endpoint))?.versions.map(({ key }) => key)).toEqual([stable]);
      });

      test('whoever has the newest fence may repeat what it did', async () => {
        await serving();
        for (const repetition of [1, 2]) {
          await target.ensureEndpoint(endpoint, given.settings, newer);
          await target.ensureVersion(endpoint, given.versions[1], given.runtime, newer);
          expect((await target.readEndpoint(endpoint))?.versions, `time ${repetition}`).toHaveLength(2);
        }
        await target.retireVersion(endpoint, candidate, newest);
        await target.retireVersion(endpoint, candidate, newest);
        expect((await target.readEndpoint(endpoint))?.claimed).toEqual(newest);
      });

      /** Everything an attempt could have changed. */
      async function settled() {
        const reading = await target.readEndpoint(endpoint);
        return reading && { ...reading, versions: reading.versions.map(({ key, pid }) => ({ key, pid })) };
      }
    });

    test('retiring what is not there succeeds', async () => {
      await target.retireVersion('never-heard-of', stable);
      await target.ensureEndpoint(endpoint, given.settings);
      await target.retireVersion(endpoint, stable);
    });
  });
}
