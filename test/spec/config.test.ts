import { expect, test } from 'vitest';
import { InvalidConfig, parseConfig, readConfig } from '../../spec/config.ts';

const FILE = '/etc/slipway/slipway.yaml';
const LOCAL = { kind: 'local', url: null, tokenFile: null };

test('without a file there is one target, the local serving host', async () => {
  expect(await readConfig('/nowhere/slipway.yaml')).toEqual({ targets: { local: LOCAL }, notify: [] });
  expect(parseConfig('', FILE)).toEqual({ targets: { local: LOCAL }, notify: [] });
});

test('a token file is found from the folder of slipway.yaml', () => {
  const config = parseConfig(
    'targets:\n  staging: {kind: local, url: "http://10.0.0.5:8470", tokenFile: token}\n',
    FILE,
  );
  expect(config.targets).toEqual({
    local: LOCAL,
    staging: { kind: 'local', url: 'http://10.0.0.5:8470', tokenFile: '/etc/slipway/token' },
  });
});

test('receivers are those of a specification, and so are their faults', () => {
  const { notify } = parseConfig('notify:\n  - pagerduty: {routingKeyEnv: KEY}\n', FILE);
  expect(notify).toEqual([{ pagerduty: { routingKeyEnv: 'KEY', url: 'https://events.pagerduty.com' } }]);
  const wrong = 'notify:\n  - {slack: {urlEnv: KEY}, alertmanager: "http://am"}\n  - alertmanager: am:9093\n';
  expect(() => parseConfig(wrong, FILE)).toThrow(/2 {2}notify\[0\].*exactly one[\s\S]*3 {2}notify\[1\].alertmanager/);
});

test('all faults are named with their lines', () => {
  const yaml = 'targets:\n  Prod EU: {kind: local}\n  staging: {kind: locale, url: 10.0.0.5}\n';
  expect(() => parseConfig(yaml, FILE)).toThrow(InvalidConfig);
  expect(() => parseConfig(yaml, FILE)).toThrow(
    /2 {2}targets\["Prod EU"\].*small letters[\s\S]*3 {2}targets.staging.kind.*did you mean "local"[\s\S]*3 {2}targets.staging.url .*http or https URL/,
  );
});
