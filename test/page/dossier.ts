import type { Dossier } from '../../client/endpoint/dossier.ts';
import { productionOf } from '../../client/endpoint/production.ts';
import type { LoggedRun } from '../../client/endpoint/runs.ts';
import { Tally } from '../../client/endpoint/tally.ts';
import type { MonitorSighting } from '../../client/monitors/monitors.ts';
import { isKnown } from '../../client/overview.ts';
import type { AuditAt } from '../../client/audit/read.ts';
import type { ArmCounts } from '../../domain/gate-batch.ts';
import { drillKey } from '../../domain/ids.ts';
import type { Incident } from '../../domain/incident.ts';
import { FINDING_KINDS, type Measure, type MonitorPlan } from '../../domain/monitor.ts';
import { FULL_WEIGHT } from '../../domain/route.ts';
import { msToIndex } from '../../gates/histogram.ts';
import { classify } from '../../gates/quality/classification.ts';
import { sighting } from '../client/fixtures.ts';

const PLACE = { target: 'prod-eu', endpoint: 'fraud' };
const NOW = '2026-11-29T12:00:00.000Z';
const V1 = 'v1-aaaaaaaaaaaa';
const V2 = 'v2-bbbbbbbbbbbb';
const V3 = 'v3-cccccccccccc';
const HOUR = 3_600_000;

const before = (hours: number) => new Date(Date.parse(NOW) - hours * HOUR).toISOString();

const INCIDENT: Incident = {
  id: 'drift-3',
  kind: 'drift',
  subject: 'inputs',
  features: ['inputs.amount', 'inputs.age'],
  severity: 'critical',
  summary: 'inputs.amount of v2 is not distributed as at its validation: index 0.31, beyond 0.1',
  value: 0.31,
  limit: 0.1,
  version: V2,
  openedAt: before(3),
  seenAt: before(0.05),
  quiet: 0,
  relapses: 0,
  acknowledged: null,
  escalations: 1,
  toldAt: before(1),
  toldAs: ['critical'],
  response: null,
};

function monitor(): MonitorSighting {
  const policy = Object.fromEntries(FINDING_KINDS.map((kind) => [kind, 'notify'])) as MonitorPlan['policy'];
  const acknowledged = { by: 'anna', at: before(1), reason: 'a customer is migrating' };
  const silent = { ...INCIDENT, id: 'errors-4', kind: 'errors', severity: 'warning', subject: 'errors' } as const;
  const status = {
    ...PLACE,
    model: 'fraud',
    version: V2,
    windowMs: 300_000,
    policy: { ...policy, errors: 'rollback' as const, drift: 'retrain' as const },
    since: before(100),
    windows: 1_200,
    last: { at: before(0.03), unjudged: null },
    paused: null,
    incidents: [INCIDENT, { ...silent, summary: '1.4 % of requests end in errors, beyond 1 %', acknowledged }],
    measures: measures(),
    unsent: 0,
  };
  return { ...PLACE, workflowId: 'monitor.prod-eu.fraud', state: 'RUNNING', paused: false, status };
}

function measures(): Measure[] {
  const drift = ['amount', 'age', 'country', 'merchant', 'hour', 'device', 'currency', 'weekday', 'channel', 'limit'];
  const distances = { jensenShannon: 0.21, kolmogorovSmirnov: 0.18, wasserstein: 0.09, chiSquareP: 1.2e-9 };
  return [
    ...drift.map((name, i): Measure => {
      return { kind: 'drift', subject: `inputs.${name}`, value: 0.31 / 2 ** i, limit: 0.1, unit: 'index', distances };
    }),
    { kind: 'input_quality', subject: 'inputs.country (category)', value: 0.004, limit: 0.012, unit: 'share' },
    { kind: 'resources', subject: 'processor time', value: 0.012, limit: 0.015, unit: 'seconds' },
    { kind: 'resources', subject: 'memory in use', value: 412e6, limit: 610e6, unit: 'bytes' },
  ];
}

function traffic() {
  const tally = new Tally(before(24), NOW);
  for (let minute = 0; minute < 24 * 60; minute += 5) {
    const wave = 1 + 0.6 * Math.sin((minute / 1440) * 2 * Math.PI);
    const arms = [armOf(V2, Math.round(900 * wave), 12)];
    if (minute > 1_200) arms.push(armOf(V3, Math.round(100 * wave), 14));
    tally.add({ sealed: before(24 - (minute + 5) / 60), arms });
  }
  return tally.day();
}

function armOf(version: string, n: number, ms: number): ArmCounts {
  const latency = [
    [msToIndex(ms), Math.ceil(n * 0.9)],
    [msToIndex(ms * 6), Math.floor(n * 0.1)],
  ] as const;
  return { version, n, errors: n % 7, timeouts: 0, rejected: n % 3, latency, users: null };
}

function outcomes(): Dossier['outcomes'] {
  const quality = classify([
    { label: 'fraud', prediction: 'fraud', n: 812 },
    { label: 'fraud', prediction: 'fair', n: 93 },
    { label: 'fair', prediction: 'fair', n: 5_480 },
    { label: 'fair', prediction: 'fraud', n: 61 },
  ]);
  const delayMs = { p50: 4 * HOUR, p90: 9 * HOUR, p99: 20 * HOUR };
  const of = (version: string, predictions: number) => ({
    version,
    predictions,
    labels: 6_446,
    revised: 3,
    delayMs,
    quality,
  });
  const unknown = { waiting: 12, oldest: before(9), dropped: 0 };
  return { ...PLACE, since: before(24), until: NOW, versions: [of(V2, 212_000), of(V3, 9_000)], unknown, pulls: null };
}

const RUN: LoggedRun = {
  rolloutId: 'prod-eu.fraud.7',
  kind: 'rollout',
  candidate: V3,
  startedAt: before(5),
  endedAt: null,
  by: { name: 'anna', proof: 'asserted' },
  outcome: null,
  reason: null,
  detail: '',
  runId: '01a22a6d-d40f-78bd-afe7-f6bf6b3bbd4d',
};

function runs(): LoggedRun[] {
  const ended = { outcome: 'rolled_back', endedAt: before(29), startedAt: before(30) };
  const byForce = { outcome: null, reason: 'FoundTerminated', detail: 'found open with nothing running' } as const;
  return [
    RUN,
    {
      ...{ ...RUN, ...ended, rolloutId: 'prod-eu.fraud.6', kind: 'drill', candidate: drillKey(V2) },
      reason: 'DrillPassed',
    },
    {
      ...RUN,
      ...ended,
      rolloutId: 'prod-eu.fraud.5',
      reason: 'GateFailed',
      detail: 'latency.p99 of v3 is 4.2× stable’s',
    },
    { ...RUN, ...ended, rolloutId: 'prod-eu.fraud.4', candidate: V2, outcome: 'promoted', reason: 'Promoted' },
    { ...RUN, ...ended, ...byForce, rolloutId: 'prod-eu.fraud.3', candidate: V2 },
  ];
}

function serving(): AuditAt {
  const actor = { name: 'anna', proof: 'asserted' } as const;
  const row = {
    ...{ seq: 812, effectiveAt: before(4), recordedAt: before(4), rolloutId: RUN.rolloutId },
    ...({ stage: 'canary', step: 'canary-10', reason: 'TrafficShifted', actor, message: null } as const),
  };
  const lineage = {
    runId: 'c0ffee',
    runName: 'nightly',
    gitCommit: 'deadbeef',
    user: 'anna',
    datasets: [{ name: 'payments', digest: '5e3af5aa', context: 'training' }],
    metrics: {},
  };
  const arm = (version: string, weight: number) => {
    const digest = `sha256:${version.repeat(4)}`;
    const pinned = { model: 'fraud', version: version.slice(1, 2), digest, runId: 'c0ffee' };
    return { version, weight, pinned, broughtBy: { ...row, lineage } };
  };
  const arms = [arm(V2, 9_000), arm(V3, 1_000)];
  const verdict = {
    ...row,
    decision: 'pass',
    summary: 'errors are proved within the margin',
    algorithm: 'slipway-gate/2',
  } as const;
  const found = { at: NOW, ...PLACE, arms, mirrors: [], since: row, verdict, people: [row], ended: null };
  return { ...PLACE, at: NOW, serving: found, begins: null };
}

function production() {
  const route = (...arms: (readonly [string, number])[]) => ({
    arms: arms.map(([version, weight]) => ({ version, weight })),
  });
  return productionOf([
    { at: before(200), rolloutId: 'prod-eu.fraud.1', route: route([V1, FULL_WEIGHT]) },
    { at: before(120), rolloutId: 'prod-eu.fraud.4', route: route([V1, 9_000], [V2, 1_000]) },
    { at: before(110), rolloutId: 'prod-eu.fraud.4', route: route([V1, 0], [V2, FULL_WEIGHT]) },
    { at: before(4), rolloutId: RUN.rolloutId, route: route([V2, 9_000], [V3, 1_000]) },
  ]);
}

/** An endpoint in the middle of a canary, with two incidents, differing as said. */
export function dossier(change: Partial<Dossier> = {}): Dossier {
  const drill = { ...PLACE, passed: true, at: before(150), seconds: 41, detail: 'errors were found after 41s' };
  return {
    ...PLACE,
    at: NOW,
    rollout: sighting(PLACE),
    monitor: monitor(),
    outcomes: outcomes(),
    drills: [drill],
    watch: [],
    retraining: null,
    serving: serving(),
    production: production(),
    traffic: traffic(),
    runs: runs(),
    schedules: [
      {
        ...{ ...PLACE, kind: 'retrain', when: '0 3 * * 1 UTC, set by anna' },
        ...{ paused: false, next: before(-40), last: null },
      },
      { ...PLACE, kind: 'drill', when: 'every 7d, set by anna', paused: false, next: before(-90), last: null },
    ],
    webUi: 'http://127.0.0.1:8233/namespaces/default/workflows',
    ...change,
  };
}

/** The same with every text that people, models or requests could have brought changed. */
export function hostile(text: string): Dossier {
  const seen = dossier();
  const bad = (part: unknown): unknown =>
    JSON.parse(JSON.stringify(part), (key, value: unknown) =>
      typeof value === 'string' && TEXTS.has(key) ? text : value,
    ) as unknown;
  const keys = new Set<keyof Dossier>(['target', 'endpoint', 'at', 'webUi']);
  const parts = Object.entries(seen) as [keyof Dossier, unknown][];
  const changed = parts.map(([key, part]) => [key, keys.has(key) ? part : bad(part)]);
  if (!isKnown(seen.production)) throw new Error('the fixture knows what was in production');
  const whole = { from: before(10), to: null, arms: [{ version: text, weight: FULL_WEIGHT }] };
  const reigns = [{ version: text, from: before(10), to: null, rolloutId: text }];
  return { ...(Object.fromEntries(changed) as unknown as Dossier), production: { splits: [whole], reigns } };
}

const TEXTS = new Set([
  ...['summary', 'by', 'name', 'detail', 'message', 'subject', 'response', 'version', 'model', 'class', 'when'],
  ...['user', 'gitCommit', 'runName', 'digest', 'id', 'candidate', 'rolloutId', 'runId', 'algorithm', 'workflowId'],
]);
