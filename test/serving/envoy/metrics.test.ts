import { afterAll, beforeAll, expect, test } from 'vitest';
import { splitRoute } from '../../../domain/route.ts';
import { scraped } from '../../support/scraped.ts';
import { posts } from '../support/post.ts';
import { CANDIDATE, ENDPOINT, STABLE, startServing } from '../support/serving.ts';
import type { Serving } from '../support/serving.ts';
import { until } from '../support/until.ts';

let serving: Serving;
beforeAll(async () => {
  serving = await startServing({ databaseUrl: null });
  await serving.put(splitRoute(STABLE, CANDIDATE, 5000), 1);
});
afterAll(() => serving.stop());

test('Envoy and capture count the same predictions, Envoy by server and capture by assigned version', async () => {
  serving.candidate.status = 500;
  const answers = await posts(serving.url, 100);
  const onCandidate = answers.filter(({ status }) => status === 500).length;
  expect(onCandidate).toBeGreaterThan(20);

  const versions = async () => (await serving.capture?.metrics())?.totals[ENDPOINT]?.versions ?? {};
  const total = await until('all of them', versions, (seen) => count(seen[STABLE]) + count(seen[CANDIDATE]) === 100);
  expect(total[CANDIDATE]).toMatchObject({ error: onCandidate, ok: 0 });
  expect(total[STABLE]?.durations.reduce((sum, each) => sum + each)).toBe(100 - onCandidate);

  const text = await serving.plane.metrics();
  const seen = scraped(text);
  const requests = (cluster: string) => seen.get(`envoy_cluster_upstream_rq_total{envoy_cluster_name="${cluster}"}`);
  expect(requests(`live/${ENDPOINT}/${STABLE}`)).toBe(100 - onCandidate);
  expect(requests(`guarded/${ENDPOINT}/${CANDIDATE}`)).toBe(onCandidate);
  expect(text.split('\n').length).toBeLessThan(150);
});

function count(sums: { readonly ok: number; readonly error: number } | undefined): number {
  return (sums?.ok ?? 0) + (sums?.error ?? 0);
}
