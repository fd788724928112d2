import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HeldDrill } from '../../client/drills.ts';
import type { AbSpec } from '../../domain/ab.ts';
import type { Duration } from '../../domain/duration.ts';
import type { Incident } from '../../domain/incident.ts';
import { askCli, runCli } from '../../scripts/demo/cli.ts';
import { until } from '../serving/support/until.ts';
import type { Told } from '../support/signed-sink.ts';
import type { Clients } from '../support/week/clients.ts';
import { Customers, RECEIVED } from '../support/week/customers.ts';
import { askAboutParcels, PARCELS, parcelsSpec, trainParcels } from '../support/week/parcels.ts';
import { blockRoutes, routeInForce } from '../support/week/way-back.ts';
import { afterWindows, beginWeek, PATIENCE_MS, rollOut, untilTold, type Week } from '../support/week/week.ts';

const MINUTES = 60_000;

let week: Week;
let clients: Clients | undefined;

beforeAll(async () => void (week = await beginWeek()), 5 * MINUTES);

afterAll(async () => {
  await clients?.stop();
  await week?.end();
});

test(
  'a promoted model drifts: Alertmanager and a webhook are told, training begins by itself, and the new version is rolled out',
  async () => {
    await trainParcels(week);
    expect(await rollOut(week, parcelsSpec(week))).toBe(0);
    clients = await askAboutParcels(week, 'city');
    expect(drifts(await afterWindows(week, PARCELS, 5))).toEqual([]);
    await clients.stop();
    expect(clients.failures).toEqual([]);

    clients = await askAboutParcels(week, 'country');
    const isDrift = (status: string) => (told: Told) =>
      told.name === 'FeatureDrift' && told.status === status && told.summary?.includes('inputs.distance') === true;
    expect(await untilTold(week, 'of the drift', isDrift('firing'))).toMatchObject({
      event: 'alert',
      endpoint: 'parcels',
      severity: 'critical',
      summary: expect.stringMatching(/drift-\d+, version 1 of parcels: .*; a retraining has begun$/) as string,
      action: expect.stringContaining('slipway retrain local/parcels --show') as string,
      link: expect.stringContaining('monitor.local.parcels') as string,
      signed: true,
    });
    await untilListed(week, (told) => told.some((summary) => summary.includes('inputs.distance')));

    await untilTold(week, 'that version 2 was promoted', ({ event, candidate }) => {
      return event === 'promoted' && candidate?.startsWith('v2-') === true;
    });
    await untilTold(week, 'that the drift is over', isDrift('resolved'));
    await untilListed(week, ({ length }) => length === 0);
    // What it serves is what it learnt.
    expect(drifts(await afterWindows(week, PARCELS, 5))).toEqual([]);
    expect(week.sink.told.filter(({ signed }) => !signed)).toEqual([]);
    expect(clients.failures).toEqual([]);
  },
  15 * MINUTES,
);

test(
  'labels say that accuracy has fallen below the floor: the version before serves again, and people are told that it does',
  async () => {
    if (!clients) throw new Error('nobody asks');
    const asked = await until(
      'answers',
      () => clients?.answeredBy('2') ?? [],
      ({ length }) => length >= 200,
      PATIENCE_MS,
    );
    // Nobody is at home any more: what was in time now comes late, and the other way round.
    const labels = asked.map(({ requestId, prediction }) => `${requestId},${1 - Number(prediction)}`);
    const file = join(week.stack.home, 'labels.csv');
    await writeFile(file, ['request_id,label', ...labels].join('\n'));
    expect(await runCli(['outcomes', 'push', file, '--endpoint', 'parcels'], week.stack.env)).toBe(0);

    const lost = await untilTold(week, 'that quality is lost', ({ name }) => name === 'QualityLoss');
    expect(lost).toMatchObject({
      severity: 'critical',
      summary: expect.stringMatching(/accuracy is 0 on \d+ labels.*; going back to version 1$/) as string,
      signed: true,
    });
    const before = clients.answeredBy('1').length;
    await until(
      'version 1 to serve',
      () => clients?.answeredBy('1') ?? [],
      ({ length }) => length > before,
      PATIENCE_MS,
    );
    const ended = await until(
      'the rollback to end',
      async () => (await week.rollouts.look(PARCELS)).close,
      Boolean,
      PATIENCE_MS,
    );
    expect(ended).toMatchObject({ kind: 'outcome', outcome: 'rolled_back' });
    expect(clients.failures).toEqual([]);
  },
  10 * MINUTES,
);

test(
  'a drill proves the way back; with the way back broken it fails and people are told, and once that is mended it is proved again',
  async () => {
    await clients?.stop();
    clients = await askAboutParcels(week, 'city');
    expect(await drill(week)).toBe(0);

    // Nobody asks until the way back is broken, so that nothing is found before.
    await clients.stop();
    expect(clients.failures).toEqual([]);
    const held = drill(week, '--within', '20s');
    await until(
      'copies to be sent to the faulty version',
      () => routeInForce(week),
      (route) => route?.mirrors.length === 1,
      PATIENCE_MS,
    );
    const mend = await blockRoutes(week);
    try {
      clients = await askAboutParcels(week, 'city');
      expect(await untilTold(week, 'that the drill failed', ({ name }) => name === 'DrillFailed')).toMatchObject({
        severity: 'critical',
        summary: expect.stringContaining('the fault has not been taken back in time; the tries go on') as string,
        signed: true,
      });
      expect((await routeInForce(week))?.mirrors).toHaveLength(1);
    } finally {
      await mend();
    }
    expect(await held).toBe(1);
    expect((await routeInForce(week))?.mirrors).toEqual([]);

    expect(await drill(week)).toBe(0);
    const { drills } = await askCli<{ drills: HeldDrill[] }>(['status'], week.stack.env);
    expect(drills.map(({ passed }) => passed)).toEqual([false, true]);
    await clients.stop();
    expect(clients.failures).toEqual([]);
  },
  10 * MINUTES,
);

test(
  'users of two versions are compared by what they bring: among those whom both serve well that ends undecided, else with the better one',
  async () => {
    const trial = { ...parcelsSpec(week), version: '2', monitor: false as const, sticky: { header: 'x-user-id' } };
    const ab = (maxDuration: Duration): AbSpec => {
      return { metrics: [{ name: RECEIVED }], window: '5s', minDuration: '1s', maxDuration, alpha: 0.001 };
    };

    expect(await amongCustomers('city', () => rollOut(week, { ...trial, ab: ab('15s') }))).toBe(6);
    expect(await untilTold(week, 'that nothing was decided', ({ event }) => event === 'held')).toMatchObject({
      reason: 'NotEnoughEvidence',
      detail: expect.stringMatching(/^undecided after 15s: .* users of v2 and \d+ of stable/) as string,
    });

    expect(await amongCustomers('country', () => rollOut(week, { ...trial, ab: ab('5m') }))).toBe(0);
    expect((await week.rollouts.look(PARCELS)).close).toMatchObject({
      outcome: 'promoted',
      result: {
        verdict: { summary: expect.stringMatching(/^received of v2 is .* a difference between \+/) as string },
      },
    });
  },
  10 * MINUTES,
);

/** Does something while customers ask, none of whom may go without an answer. */
async function amongCustomers<T>(kind: 'city' | 'country', work: () => Promise<T>): Promise<T> {
  const customers = await Customers.of(week, kind);
  const asked = Promise.resolve().then(work);
  await asked.catch(() => undefined);
  const failures = await customers.stop().catch((error: unknown) => [String(error)]);
  const done = await asked;
  expect(failures).toEqual([]);
  return done;
}

/** Rehearses going back as a person would; the exit code of `slipway drill --wait`. */
function drill({ stack }: Week, ...flags: string[]): Promise<number> {
  return runCli(['drill', PARCELS.endpoint, '--wait', ...flags], stack.env);
}

/** Of a busy machine other things may be told, such as latency. */
function drifts(incidents: readonly Incident[]): readonly Incident[] {
  return incidents.filter(({ kind }) => kind === 'drift' || kind === 'input_quality');
}

/** Waits until Alertmanager lists the drift of such features, where there is one. */
async function untilListed({ alertmanager }: Week, isSo: (summaries: readonly string[]) => boolean): Promise<void> {
  if (!alertmanager) return;
  const drifting = async () =>
    (await alertmanager.firing())
      .filter(({ labels }) => labels['alertname'] === 'FeatureDrift')
      .map(({ annotations }) => annotations['summary'] ?? '');
  await until('Alertmanager to list the drift as it is', drifting, isSo, PATIENCE_MS);
}
