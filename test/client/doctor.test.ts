import { expect, test } from 'vitest';
import { renderDoctor } from '../../client/render/doctor.ts';
import type { ReportedFinding } from '../../client/doctor/report.ts';

const FINDING: ReportedFinding = {
  target: 'prod-eu',
  endpoint: 'digits',
  invariant: 1,
  code: 'AliasElsewhere',
  message: 'the alias @champion points at version 2, prod-eu/digits is served by v1-000000000000',
  remedy: '`slipway doctor prod-eu/digits --fix`',
  repair: 'reconcile',
};

test('that all is well takes one line', () => {
  expect(renderDoctor({ endpoints: 2, findings: [], repairs: [], failed: {} })).toBe(
    '✓ 2 endpoints: route, proxy, traffic, registry and ledger agree\n',
  );
});

test('a finding names its endpoint, what is wrong, and what to do', () => {
  const text = renderDoctor({ endpoints: 1, findings: [FINDING], repairs: [], failed: {} });
  expect(text).toBe(
    [
      '✗ prod-eu/digits  AliasElsewhere',
      `  ${FINDING.message}`,
      '  → `slipway doctor prod-eu/digits --fix`',
      '1 finding on 1 endpoint\n',
    ].join('\n'),
  );
});

test('a part that does not answer belongs to no endpoint', () => {
  const finding = { ...FINDING, target: null, endpoint: null, invariant: null, code: 'Unreachable' };
  expect(renderDoctor({ endpoints: 0, findings: [finding], repairs: [], failed: {} })).toMatch(/^✗ Unreachable\n/);
});

test('what could not be mended is told with the reason', () => {
  const failed = { digits: 'PostgreSQL does not answer' };
  expect(renderDoctor({ endpoints: 1, findings: [FINDING], repairs: [], failed })).toMatch(
    /^! digits was not mended: PostgreSQL does not answer\n✗/,
  );
});

test('what was mended comes first', () => {
  const repairs = [{ target: 'local', endpoint: 'digits', done: 'the alias points at the version that serves' }];
  expect(renderDoctor({ endpoints: 1, findings: [], repairs, failed: {} })).toMatch(/^✓ digits: the alias points/);
});
