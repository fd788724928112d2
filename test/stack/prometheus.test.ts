import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { ROOT } from '../support/compose.ts';
import { findPrometheus } from '../support/prometheus.ts';
import { ALERT_CASES, type AlertCase } from './alert-cases.ts';

interface Rule {
  readonly alert: string;
  readonly labels: { readonly severity: string };
  readonly annotations?: Readonly<Record<'summary' | 'description' | 'runbook', string>>;
}
interface Rules {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

const FOLDER = join(ROOT, 'deploy/prometheus');
const file = parse(readFileSync(join(FOLDER, 'rules.yml'), 'utf8')) as Rules;
const rules = file.groups.flatMap((group) => group.rules);
const found = await findPrometheus();
const missing = 'missing' in found ? found.missing : null;
if (missing !== null) console.log(`skipped: ${missing}`);

const scratch = mkdtempSync(join(tmpdir(), 'slipway-rules-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the alert rules', () => {
  test('each says what is wrong and what to do, and has a chapter that says more', () => {
    const chapters = readFileSync(join(ROOT, 'docs/monitoring.md'), 'utf8');
    for (const { alert, labels, annotations } of rules) {
      expect([alert, labels.severity]).toEqual([alert, expect.stringMatching(/^(critical|warning)$/)]);
      expect(annotations?.summary, alert).toMatch(/\.$/);
      expect(annotations?.description, alert).toMatch(/\.$/);
      expect(annotations?.runbook, alert).toBe(`docs/monitoring.md#${alert.toLowerCase()}`);
      expect(chapters).toContain(`### ${alert}\n`);
    }
  });

  test('each is shown to fire', () => {
    expect([...new Set(ALERT_CASES.map(({ alert }) => alert))].sort()).toEqual(rules.map(({ alert }) => alert).sort());
  });

  test.skipIf(missing)('each is one that Prometheus takes, its templates too', () => {
    expect(promtool('check', 'rules', join(FOLDER, 'rules.yml'))).toContain(`${rules.length} rules found`);
  });

  test.skipIf(missing).each(ALERT_CASES)('$alert fires at its time, and not before', (its) => {
    // promtool compares annotations too, in full; what they say is shown above.
    const groups = file.groups.map((group) => {
      return { ...group, rules: group.rules.map(({ annotations: _, ...rule }) => rule) };
    });
    writeFileSync(join(scratch, 'rules.yml'), stringify({ groups }));
    writeFileSync(join(scratch, 'test.yml'), stringify(promtoolTest(its)));
    expect(promtool('test', 'rules', join(scratch, 'test.yml'))).toContain('SUCCESS');
  });
});

function promtoolTest({ alert, every = '15s', series, quiet, fires, labels }: AlertCase) {
  const severity = rules.find((rule) => rule.alert === alert)?.labels.severity;
  return {
    rule_files: ['rules.yml'],
    evaluation_interval: every,
    tests: [
      {
        interval: every,
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        alert_rule_test: [
          { eval_time: quiet, alertname: alert, exp_alerts: [] },
          { eval_time: fires, alertname: alert, exp_alerts: [{ exp_labels: { ...labels, severity } }] },
        ],
      },
    ],
  };
}

function promtool(...args: string[]): string {
  if ('missing' in found) throw new Error(found.missing);
  try {
    return execFileSync(found.promtool, args, { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return `${stdout}\n${stderr}`;
  }
}
