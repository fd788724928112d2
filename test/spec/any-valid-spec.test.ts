import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { FINDING_KINDS, MONITOR_POLICIES } from '../../domain/monitor.ts';
import { planRollout } from '../../domain/plan.ts';
import { readSpec } from '../../spec/read-spec.ts';
import { FULL_WEIGHT } from '../../domain/route.ts';

const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
const share = fc.integer({ min: 1, max: 1000 }).map((thousandths) => thousandths / 1000);
const probability = fc.integer({ min: 1, max: 499 }).map((thousandths) => thousandths / 1000);
const seconds = (min: number, max: number) => fc.integer({ min, max }).map((length) => `${length}s`);
const metric = fc.record({ margin: share, required: fc.boolean() }, { requiredKeys: [] });
const policy = fc.constantFrom('hold', 'ask', 'extend', 'rollback', 'promote');

const steps = fc
  .uniqueArray(fc.integer({ min: 1, max: FULL_WEIGHT }), { minLength: 1, maxLength: 8 })
  .map((weights) => weights.sort((a, b) => a - b).map((weight) => weight / 100))
  .chain((percents) => fc.tuple(...percents.map(step)));

function step(percent: number) {
  const detailed = fc.record({ approval: fc.boolean(), minDuration: seconds(0, 60) }, { requiredKeys: [] });
  return fc.oneof(
    fc.constant(percent),
    detailed.map((rest) => ({ percent, ...rest })),
  );
}

function receiver(url: string) {
  return fc.constantFrom(
    { webhook: url, secretEnv: 'HOOK_SECRET' },
    { alertmanager: url },
    { pagerduty: { routingKeyEnv: 'ROUTING_KEY', url } },
    { email: { to: ['ops@example.com'], from: 'Slipway <slipway@example.com>', smtpEnv: 'SMTP_URL' } },
  );
}

const monitor = fc.record(
  {
    window: seconds(1, 86_400),
    errors: fc.record({ max: share }, { requiredKeys: [] }),
    latency: fc.record({ p99Ms: fc.integer({ min: 1, max: 10_000 }) }, { requiredKeys: [] }),
    silence: seconds(1, 86_400),
    policy: fc.dictionary(fc.constantFrom(...FINDING_KINDS), fc.constantFrom(...MONITOR_POLICIES)),
    escalateAfter: seconds(1, 86_400),
  },
  { requiredKeys: [] },
);

const parts = fc.record(
  {
    endpoint: name,
    model: fc.stringMatching(/^[A-Za-z0-9_. -]{1,30}$/).filter((text) => text.trim() !== ''),
    version: fc.oneof(fc.integer({ min: 1 }), fc.stringMatching(/^@[a-z]{1,10}$/)),
    target: name,
    runtime: fc.constantFrom({ kind: 'mlflow' }, { kind: 'command', command: ['serve', '{port}'], healthPath: '/up' }),
    serving: fc.record({ timeout: seconds(1, 60), retry: fc.boolean() }, { requiredKeys: [] }),
    shadow: fc.oneof(
      fc.constant(false),
      fc.record(
        { percent: fc.constantFrom(0.5, 50, 100), minPairs: fc.integer({ min: 1 }), onInconclusive: policy },
        { requiredKeys: [] },
      ),
    ),
    canary: fc.record(
      { steps, minDuration: seconds(0, 60), maxDuration: seconds(61, 9000), onInconclusive: policy },
      { requiredKeys: [] },
    ),
    risk: fc.record(
      {
        badExposure: fc.integer({ min: 10, max: 1e6 }),
        maxPercent: fc.integer({ min: 1, max: 9000 }).map((w) => w / 100),
      },
      { requiredKeys: [] },
    ),
    soak: fc.oneof(
      fc.constant(false),
      fc.record({ duration: seconds(100, 9000), window: seconds(1, 100) }, { requiredKeys: ['duration'] }),
    ),
    rollback: fc.record(
      { style: fc.constantFrom('immediate', 'to-shadow'), shadowFor: seconds(1, 600), watch: seconds(0, 600) },
      { requiredKeys: [] },
    ),
    monitor: fc.oneof(fc.constant(false), monitor),
    gates: fc.record(
      {
        alpha: probability,
        beta: probability,
        errors: metric,
        latency: fc.record({ p99: metric }),
        violations: metric,
        recall: metric,
        memory: metric,
        coverage: fc.record({ least: share }, { requiredKeys: [] }),
        drift: fc.record({ margin: share, common: fc.constantFrom('note', 'hold') }, { requiredKeys: [] }),
        minRequests: fc.integer({ min: 1 }),
      },
      { requiredKeys: [] },
    ),
    sticky: fc.constantFrom({ header: 'X-User-Id' }, { cookie: '__Host-id' }),
    capture: fc.record(
      { sample: share, redact: fc.uniqueArray(name), retentionDays: fc.integer({ min: 1, max: 999 }) },
      { requiredKeys: [] },
    ),
    approval: fc.constant(['full']),
    retrain: fc.record(
      {
        job: fc.oneof(
          fc.record({ command: fc.constant(['train', '--now']), env: fc.constant({ EPOCHS: '3' }) }),
          fc.constant({ project: { uri: 'training', parameters: { epochs: 3 } } }),
          fc.webUrl().map((url) => ({ webhook: { url, body: { inputs: { id: '{id}' } } } })),
        ),
        data: fc.record({ maxRows: fc.integer({ min: 1 }) }, { requiredKeys: [] }),
        timeout: seconds(1, 9000),
        cooldown: seconds(0, 9000),
        onBusy: fc.constantFrom('wait', 'skip'),
      },
      { requiredKeys: ['job'] },
    ),
    notify: fc.array(fc.oneof(fc.webUrl().chain(receiver), fc.constant({ slack: { urlEnv: 'SLACK_URL' } }))),
  },
  { requiredKeys: ['endpoint', 'model'] },
);

/** A risk budget and fixed weights exclude each other, only what is described can be trained anew, and a file reaches no webhook. */
const spec = parts
  .map(({ risk, ...rest }) => ({ ...rest, ...(risk && !rest.canary?.steps && { risk }) }))
  .filter(({ capture, retrain }) => !retrain?.data || (capture?.sample !== 0 && !('webhook' in retrain.job)))
  .filter(
    ({ monitor, retrain }) => !monitor || !Object.values(monitor.policy ?? {}).includes('retrain') || Boolean(retrain),
  );

test('any specification built from valid parts is read from its YAML as it was written, and plans', () => {
  fc.assert(
    fc.property(spec, (written) => {
      const reading = readSpec(stringify(written));
      expect(reading).toEqual({ spec: written });
      if (!('spec' in reading)) return;
      const { canary } = planRollout(reading.spec);
      expect(canary.ramp === null).toBe(written.canary?.steps !== undefined);
      const weights = canary.steps.map((planned) => planned.weight);
      expect(weights.every((weight, index) => weight > (weights[index - 1] ?? 0) && weight <= FULL_WEIGHT)).toBe(true);
    }),
  );
});

test('no default promotes without proof', () => {
  const plan = planRollout({ endpoint: 'digits', model: 'digits' });
  expect([plan.shadow?.onInconclusive, plan.canary.onInconclusive]).toEqual(['hold', 'hold']);
});

test('whatever a file holds, reading it ends in a specification or in faults', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      const reading = readSpec(text);
      expect('spec' in reading || reading.faults.length > 0).toBe(true);
    }),
  );
});
