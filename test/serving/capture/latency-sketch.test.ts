import { DDSketch } from '@datadog/sketches-js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LATENCY_ACCURACY } from '../../../domain/gate-batch.ts';
import { bucketOf, createSketch } from '../../../serving/capture/latency-sketch.ts';

const GAMMA = (1 + LATENCY_ACCURACY) / (1 - LATENCY_ACCURACY);
const latencies = fc.double({ min: 0.01, max: 600_000, noNaN: true });

test('bucket i holds latencies in (γ^(i−1), γ^i] milliseconds', () => {
  fc.assert(
    fc.property(latencies, (latency) => {
      const bucket = bucketOf(latency);
      // At the very edge of a bucket the last bit decides.
      expect(latency).toBeGreaterThan(GAMMA ** (bucket - 1) * (1 - 1e-12));
      expect(latency).toBeLessThanOrEqual(GAMMA ** bucket * (1 + 1e-12));
    }),
  );
});

test('buckets are those of DDSketch with the logarithmic mapping', () => {
  const mapping = new DDSketch({ relativeAccuracy: LATENCY_ACCURACY }).mapping;
  fc.assert(fc.property(latencies, (latency) => bucketOf(latency) === mapping.key(latency)));
});

test('a sketch is sparse, sorted, and counts every latency', () => {
  const sketch = createSketch();
  for (const latency of [100, 1, 1, 0, 5000]) sketch.add(latency);
  const built = sketch.build();
  expect(built.map(([, count]) => count)).toEqual([1, 2, 1, 1]);
  expect(built.map(([bucket]) => bucket)).toEqual([...built.map(([bucket]) => bucket)].sort((a, b) => a - b));
  expect(built[1]?.[0]).toBe(0);
});
