import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPrometheusSource } from '../../activities/evidence/sources/prometheus.ts';
import type { PrometheusOptions } from '../../activities/evidence/sources/prometheus.ts';
import { msToIndex } from '../../gates/histogram.ts';
import { freePort } from '../support/free-port.ts';
import { findPrometheus } from '../support/prometheus.ts';
import { until } from '../serving/support/until.ts';
import { LIMIT_MS, SCRAPE_MS, startExporter, startScraping } from './support/scraping.ts';
import type { Exporter, Scraping } from './support/scraping.ts';

const programs = await findPrometheus();
if ('missing' in programs) console.warn(`no test against a real Prometheus: ${programs.missing}`);

const QUERIES = {
  requests: 'requests_total{job="models"}',
  errors: 'requests_total{job="models",code=~"5.."}',
  latency: { buckets: 'latency_seconds_bucket', unit: 's' },
  versionLabel: 'version',
  versions: { stable: 'v1', candidate: 'v2' },
  scrapeMs: SCRAPE_MS,
} as const;

/** One process that counts for its version. */
interface Model {
  readonly exporter: Exporter;
  ok: number;
  failed: number;
}

describe.skipIf('missing' in programs)('against a real Prometheus', () => {
  let prometheus: Scraping;
  let url: string;
  let models: Record<'stable' | 'candidate', Model>;

  beforeAll(async () => {
    models = { stable: await startModel('stable'), candidate: await startModel('candidate') };
    const targets = Object.values(models).map(({ exporter }) => exporter.address);
    if ('missing' in programs) return;
    prometheus = await startScraping(programs.prometheus, [{ job_name: 'models', static_configs: [{ targets }] }]);
    ({ url } = prometheus);
    await scraped('stable', 0);
    await scraped('candidate', 0);
  }, LIMIT_MS);

  afterAll(async () => {
    await prometheus.stop();
    for (const { exporter } of Object.values(models)) exporter.stop();
  });

  const source = (change: Partial<PrometheusOptions> = {}) =>
    createPrometheusSource({ url, queries: QUERIES, ...change });

  /** Waits until Prometheus has seen so many requests of a version; and returns when that was. */
  async function scraped(version: string, count: number): Promise<number> {
    await until(`${count} of ${version}`, () => prometheus.value(`sum(requests_total{version="${version}"})`), (seen) => seen === count, LIMIT_MS); // prettier-ignore
    return Date.now();
  }

  test(
    'intervals that follow each other add up to every request, error and latency that was counted, over a restart too',
    async () => {
      const ends = [Date.now()];
      models.stable.ok += 70;
      models.candidate.ok += 20;
      models.candidate.failed += 3;
      await scraped('stable', 70);
      ends.push(await scraped('candidate', 23));
      models.stable.ok += 30;
      ends.push(await scraped('stable', 100));
      // The candidate's process begins anew.
      Object.assign(models.candidate, { ok: 5, failed: 1 });
      ends.push(await scraped('candidate', 6));

      const batches = await Promise.all(
        ends.slice(1).map((end, index) => source().read(interval(ends[index] ?? 0, end, index))),
      );
      const sum = (version: string, count: 'n' | 'errors') =>
        batches
          .flatMap(({ arms }) => arms.filter((arm) => arm.version === version))
          .reduce((all, arm) => all + arm[count], 0);
      expect([sum('v1', 'n'), sum('v1', 'errors'), sum('v2', 'n'), sum('v2', 'errors')]).toEqual([100, 0, 29, 4]);
      expect(batches.map(({ lost }) => lost)).toEqual([0, 0, 0]);
      expect(batches[0]?.arms[0]?.latency).toEqual([[msToIndex(100), 70]]);
      expect(batches[0]?.arms[1]?.latency).toEqual([
        [msToIndex(100), 20],
        [msToIndex(100) + 1, 3],
      ]);
      expect(batches[0]).toMatchObject({ endpoint: 'digits', index: 0, pairs: [], labels: [] });
    },
    LIMIT_MS,
  );

  test('what nobody scrapes is no arm', async () => {
    const queries = { ...QUERIES, versions: { stable: 'v1', nobody: 'v3' } };
    const { arms } = await source({ queries }).read(interval(Date.now() - 2000, Date.now()));
    expect(arms.map(({ version }) => version)).toEqual(['v1']);
    expect((await source().read(interval(Date.now() - 86_400_000, Date.now() - 86_000_000))).arms).toEqual([]);
  });

  test('a question that it does not understand is refused with its own words', async () => {
    const queries = { ...QUERIES, requests: 'requests_total{job=~"("}' };
    await expect(source({ queries }).read(interval(0, 1000))).rejects.toMatchObject({
      name: 'PrometheusRefused',
      message: expect.stringMatching(
        /^Prometheus at http:\/\/127.0.0.1:\d+ answers 400: .*, asked for requests_total/s,
      ) as string,
    });
  });
});

describe('what is no answer', () => {
  let server: Server;
  let respond: () => { status: number; text: string } | null;
  let login: string | undefined;
  let url: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      login = request.headers.authorization;
      const answer = respond();
      if (answer) response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.text);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://user:secret@127.0.0.1:${(server.address() as AddressInfo).port}/prom`;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  const success = (data: unknown, more = {}) => JSON.stringify({ status: 'success', data, ...more });
  test.for([
    [503, 'no healthy upstream', 'PrometheusUnreachable', /answers 503 with 'no healthy upstream'/],
    [429, '{"status":"error","error":"slow down"}', 'PrometheusUnreachable', /answers 429: slow down/],
    [401, '', 'PrometheusRefused', /answers 401 with nothing/],
    [200, '<html>login</html>', 'PrometheusUnreachable', /answers 200 with '<html>login/],
    [200, success({ resultType: 'vector', result: [] }), 'PrometheusRefused', /answers with a vector/],
    [
      200,
      success({ resultType: 'matrix', result: [] }, { warnings: ['a store is away'] }),
      'PrometheusUnreachable',
      /only in part: a store is away/,
    ],
    [
      200,
      success({ resultType: 'matrix', result: [{ metric: {}, histograms: [] }] }),
      'PrometheusRefused',
      /native histogram/,
    ],
  ] as const)('%i %s: %s', async ([status, text, name, message]) => {
    respond = () => ({ status, text });
    const asked = createPrometheusSource({ url: url, queries: QUERIES }).read(interval(0, 1000));
    await expect(asked).rejects.toMatchObject({ name, message: expect.stringMatching(message) as string });
  });

  test('a server that hangs is given up after the time limit, one that is away at once; neither tells the password', async () => {
    respond = () => null;
    const hanging = createPrometheusSource({ url: url, queries: QUERIES, timeoutMs: 100 });
    await expect(hanging.read(interval(0, 1000))).rejects.toThrow(/gave no answer within 0.1 s/);
    expect(login).toBe(`Basic ${Buffer.from('user:secret').toString('base64')}`);
    const away = createPrometheusSource({ url: `http://user:secret@127.0.0.1:${await freePort()}`, queries: QUERIES });
    const fault = await away.read(interval(0, 1000)).catch((error: Error) => error);
    expect(fault).toMatchObject({ name: 'PrometheusUnreachable' });
    expect(fault).not.toMatchObject({ message: expect.stringContaining('secret') as string });
  });

  test('queries that cannot be asked are refused before anything is asked', () => {
    const queries = { ...QUERIES, errors: 'sum(x)' };
    expect(() => createPrometheusSource({ url, queries })).toThrow(
      /^Prometheus cannot be asked: errors: 'sum\(x\)' is no plain selector/,
    );
  });
});

function interval(from: number, to: number, index = 0) {
  const [opened, sealed] = [from, to].map((ms) => new Date(ms).toISOString());
  return { endpoint: 'digits', fence: { epoch: 1, sequence: 1 }, index, opened: opened ?? '', sealed: sealed ?? '' };
}

async function startModel(version: string): Promise<Model> {
  const counts = { ok: 0, failed: 0 };
  const exporter = await startExporter(() => {
    const { ok, failed } = counts;
    return [
      '# TYPE requests_total counter',
      `requests_total{version="${version}",code="200"} ${ok}`,
      ...(failed > 0 ? [`requests_total{version="${version}",code="500"} ${failed}`] : []),
      '# TYPE latency_seconds histogram',
      `latency_seconds_bucket{version="${version}",le="0.1"} ${ok}`,
      `latency_seconds_bucket{version="${version}",le="+Inf"} ${ok + failed}`,
      `latency_seconds_sum{version="${version}"} 1`,
      `latency_seconds_count{version="${version}"} ${ok + failed}`,
    ];
  });
  return Object.assign(counts, { exporter });
}
