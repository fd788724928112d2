import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { begin, ENDPOINT, withBench, type Bench } from '../../bench/support/stack.ts';
import { BenchTraffic } from '../../bench/support/traffic.ts';
import type { EndpointStatus, VersionStatus } from '../../domain/serving-contract.ts';
import { weightOf } from '../../domain/route.ts';
import { askCli } from '../../scripts/demo/cli.ts';
import { until } from '../serving/support/until.ts';
import { ROOT } from '../support/compose.ts';
import { Monitoring } from '../support/monitoring.ts';
import { findPrometheus } from '../support/prometheus.ts';

const MINUTES = 6 * 60_000;
const WAIT_MS = 90_000;
const DASHBOARDS = join(ROOT, 'deploy/grafana/dashboards');
const programs = await findPrometheus();
if ('missing' in programs) console.log(`skipped: ${programs.missing}`);

test.skipIf('missing' in programs)(
  'every panel has data, every rule is in force and silent while all is well, and a dying model server reaches people with what to do',
  () =>
    withBench(async (bench) => {
      const monitoring = await monitor(bench);
      const traffic = new BenchTraffic(`${bench.stack.gateway}/${ENDPOINT}/invocations`, 20);
      try {
        await intoCanary(bench);
        await label(bench, 30);

        let silent = panelQueries();
        const look = async () => {
          const counts = await Promise.all(silent.map(async ({ query }) => monitoring.count(query)));
          silent = silent.filter((_, at) => counts[at] === 0);
          return silent;
        };
        await until('every panel to have data', look, (left) => left.length === 0, WAIT_MS);

        const { groups } = await monitoring.ask<{ groups: { rules: { name: string; health: string }[] }[] }>('rules');
        const inForce = groups.flatMap(({ rules }) => rules);
        expect(inForce.map(({ name }) => name).sort()).toEqual(ruleNames());
        expect(inForce.filter(({ health }) => health !== 'ok')).toEqual([]);
        expect(monitoring.posted).toEqual([]);

        const told = () => monitoring.posted.find(({ labels }) => labels['alertname'] === 'SlipwayVersionUnhealthy');
        const stable = await dyingUntil(bench, () => told() !== undefined);
        expect(told()).toMatchObject({
          status: 'firing',
          labels: { endpoint: ENDPOINT, version: stable, severity: 'critical', target: 'local' },
          annotations: {
            summary: `Version ${stable} of ${ENDPOINT} has traffic and is not ready.`,
            description: expect.stringContaining(`slipway logs ${ENDPOINT}`) as unknown,
            runbook: 'docs/monitoring.md#slipwayversionunhealthy',
          },
        });
      } finally {
        await traffic.stop();
        await monitoring.stop();
      }
    }),
  MINUTES,
);

async function monitor({ stack }: Bench): Promise<Monitoring> {
  if ('missing' in programs) throw new Error(programs.missing);
  const { addresses } = await askCli<{ addresses: { worker: string } }>(['status'], stack.env);
  return Monitoring.start(programs, join(stack.home, 'monitoring'), {
    worker: new URL(addresses.worker).host,
    serving: new URL(stack.serving).host,
    tokenFile: join(stack.home, 'serving', 'token'),
  });
}

/** Through the shadow to half of the traffic, where nothing decides for an hour. */
async function intoCanary(bench: Bench): Promise<void> {
  await begin(bench.rollouts, {
    version: '2',
    soak: false,
    canary: { steps: [50], minDuration: '1h', maxDuration: '2h' },
  });
  const candidateWeight = async () => {
    const { route, versions } = await status(bench);
    return weightOf(route.desired, versions.find(({ key }) => key.startsWith('v2-'))?.key ?? '');
  };
  await until('the canary', candidateWeight, (weight) => weight === 5_000, WAIT_MS);
}

/** Predictions whose outcome is known. */
async function label({ stack }: Bench, count: number): Promise<void> {
  const ids = Array.from({ length: count }, (_, at) => `labelled-${at}`);
  for (const id of ids)
    await fetch(`${stack.gateway}/${ENDPOINT}/invocations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': id },
      body: '{"inputs": [[1]]}',
    });
  const answer = await fetch(`${stack.serving}/outcomes`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stack.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(ids.map((requestId) => ({ endpoint: ENDPOINT, requestId, label: 1 }))),
  });
  expect(answer.status).toBe(200);
}

/** Kills stable's server whenever it has come back, so that it takes longer and longer. */
async function dyingUntil(bench: Bench, isOver: () => boolean): Promise<string> {
  let stable: VersionStatus | undefined;
  const killed = new Set<number>();
  const kill = async () => {
    stable = (await status(bench)).versions.find(({ key }) => key.startsWith('v1-'));
    if (stable?.pid && stable.state === 'ready' && !killed.has(stable.pid)) {
      killed.add(stable.pid);
      process.kill(stable.pid, 'SIGKILL');
    }
    return isOver();
  };
  await until('somebody to be told', kill, Boolean, WAIT_MS);
  return stable?.key ?? '';
}

async function status({ stack }: Bench): Promise<EndpointStatus> {
  const answer = await fetch(`${stack.serving}/endpoints/${ENDPOINT}`, {
    headers: { authorization: `Bearer ${stack.token}` },
  });
  return (await answer.json()) as EndpointStatus;
}

interface Dashboard {
  readonly title: string;
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}

/** What each panel asks, with the variables that Grafana would fill in. */
function panelQueries(): { readonly panel: string; readonly query: string }[] {
  const dashboards = readdirSync(DASHBOARDS).map(
    (file) => JSON.parse(readFileSync(join(DASHBOARDS, file), 'utf8')) as Dashboard,
  );
  return dashboards.flatMap(({ title, panels }) =>
    panels.flatMap((panel) =>
      panel.targets.map(({ expr }) => ({
        panel: `${title} / ${panel.title}`,
        query: expr.replaceAll('$__rate_interval', '30s').replaceAll('$endpoint', ENDPOINT),
      })),
    ),
  );
}

function ruleNames(): string[] {
  const text = readFileSync(join(ROOT, 'deploy/prometheus/rules.yml'), 'utf8');
  const { groups } = parse(text) as { groups: { rules: { alert: string }[] }[] };
  return groups.flatMap(({ rules }) => rules.map(({ alert }) => alert)).sort();
}
