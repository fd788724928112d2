import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { SERVING_METRICS } from '../../domain/metrics/serving.ts';
import { WORKER_METRICS } from '../../domain/metrics/worker.ts';
import { ROOT } from '../support/compose.ts';

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly datasource: { readonly uid: string };
  readonly targets: readonly { readonly expr: string }[];
}
interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
}

const GRAFANA = join(ROOT, 'deploy/grafana');
const dashboards = readdirSync(join(GRAFANA, 'dashboards')).map(
  (file) => JSON.parse(readFileSync(join(GRAFANA, 'dashboards', file), 'utf8')) as Dashboard,
);

test('there is one dashboard for the fleet, one for an endpoint and one for a rollout, and every panel says what it shows', () => {
  expect(dashboards.map(({ uid }) => uid).sort()).toEqual(['slipway-endpoint', 'slipway-fleet', 'slipway-rollout']);
  for (const { panels, title } of dashboards) {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const panel of panels)
      for (const text of [title, panel.title, panel.description]) expect(text, panel.title).toMatch(/\S/);
  }
});

test('every panel asks the data source that comes with them', () => {
  const provisioned = parse(readFileSync(join(GRAFANA, 'provisioning/datasources/prometheus.yml'), 'utf8')) as {
    datasources: { uid: string }[];
  };
  const used = dashboards.flatMap(({ panels }) => panels.map(({ datasource }) => datasource.uid));
  expect([...new Set(used)]).toEqual(provisioned.datasources.map(({ uid }) => uid));
});

test('panels and alert rules name only metrics of ours that exist', () => {
  const families = [...Object.values(SERVING_METRICS), ...Object.values(WORKER_METRICS)];
  const known = families.flatMap(({ name, type }) =>
    type === 'histogram' ? ['_bucket', '_count', '_sum'].map((suffix) => name + suffix) : [name],
  );
  const rules = readFileSync(join(ROOT, 'deploy/prometheus/rules.yml'), 'utf8');
  const queries = [rules, ...dashboards.flatMap(({ panels }) => panels.flatMap((panel) => panel.targets))].map((one) =>
    typeof one === 'string' ? one.replaceAll(/^.*(description|summary|runbook):.*$/gm, '') : one.expr,
  );
  const named = queries.flatMap((query) => query.match(/\bslipway_\w+/g) ?? []);
  expect(named.length).toBeGreaterThan(50);
  expect([...new Set(named)].filter((name) => !known.includes(name))).toEqual([]);
});
