import { describe, expect, test } from 'vitest';
import { checkSpec, readSpec } from '../../spec/read-spec.ts';
import { formatFaults } from '../../spec/fault.ts';

const MINIMAL = 'endpoint: digits\nmodel: digits\n';

function faultsOf(yaml: string): string[] {
  const reading = readSpec(yaml);
  return 'faults' in reading ? reading.faults.map((fault) => `${fault.line} ${fault.path}: ${fault.message}`) : [];
}

describe('a specification', () => {
  test('needs only an endpoint and a model', () => {
    expect(readSpec(MINIMAL)).toEqual({ spec: { endpoint: 'digits', model: 'digits' } });
  });

  test('is refused with all its faults at once, each with its path and line', () => {
    const yaml = `
endpoint: Digits!
modell: digits
canary:
  steps: [5, 5%, 3, {percent: 200, aproval: true}]
  minDuration: 3h
  onInconclusive: promot
gates:
  alpha: 0.7
  batch: 10 seconds
soak: {duration: 1h, window: 2h}
notify:
  - webhook: hooks.example.com
    secretEnv: my secret
capture: {sample: 1.5}
`;
    expect(faultsOf(yaml)).toEqual([
      '2 model: is missing',
      '2 endpoint: must be a name of at most 63 small letters, digits and inner hyphens, is "Digits!"',
      '3 modell: is not a known key; did you mean "model"?',
      '5 canary.steps[1]: must be a number, is "5%"',
      '5 canary.steps[2]: must be larger than the step before it (5), is 3',
      '5 canary.steps[3].percent: must be at most 100, is 200',
      '5 canary.steps[3].aproval: is not a known key; did you mean "approval"?',
      '6 canary.minDuration: must be no longer than canary.maxDuration (by default 2h), is 3h',
      '7 canary.onInconclusive: must be one of hold, ask, extend, rollback, promote, is "promot"; did you mean "promote"?',
      '9 gates.alpha: must be less than 0.5, is 0.7',
      '10 gates.batch: must be a duration such as 30s, 15m, 24h, is "10 seconds"',
      '11 soak.window: must be no longer than soak.duration (1h), is 2h',
      '13 notify[0].webhook: must be an http or https URL, is "hooks.example.com"',
      '14 notify[0].secretEnv: must be the name of an environment variable (not the secret itself), such as SLIPWAY_WEBHOOK_SECRET, is "my secret"',
      '15 capture.sample: must be at most 1, is 1.5',
    ]);
  });

  test.each([
    ['a syntax error is one fault', 'endpoint: [1\nmodel: }\n', /^2 : is not YAML at column 1: Flow sequence/],
    ['an empty file says what to write', '# nothing\n', /^1 : the file is empty; write at least endpoint and model$/],
    ['a list is no specification', '- 1\n', /^1 : must be a mapping of settings, is \[1\]$/],
    ['a repeated key is found', `${MINIMAL}model: other\n`, /^3 : the key in column 1 was given before$/],
    ['an alias needs its @', `${MINIMAL}version: champion\n`, /^3 version: .* leading @/],
    [
      'a receiver of no kind',
      `${MINIMAL}notify: [{secretEnv: KEY}]\n`,
      /^3 notify\[0\]: must name exactly one of webhook, alertmanager, slack, pagerduty, email, names none$/,
    ],
    [
      'a receiver of two kinds',
      `${MINIMAL}notify: [{webhook: "https://a", alertmanager: "https://b"}]\n`,
      /^3 notify\[0\]: .*names webhook and alertmanager$/,
    ],
    [
      'a signature for what takes none',
      `${MINIMAL}notify: [{alertmanager: "https://b", secretEnv: KEY}]\n`,
      /^3 notify\[0\].secretEnv: signs what a webhook gets/,
    ],
    [
      'an address of a channel, which is a secret',
      `${MINIMAL}notify: [{slack: {urlEnv: "https://hooks.slack.com/x"}}]\n`,
      /^3 notify\[0\].slack.urlEnv: must be the name of an environment variable/,
    ],
    [
      'mail to nobody',
      `${MINIMAL}notify: [{email: {to: ["Ada <ada@example.com>"], from: "Slipway <slipway@example.com>", smtpEnv: SMTP_URL}}]\n`,
      /^3 notify\[0\].email.to\[0\]: must be an e-mail address such as ops@example.com/,
    ],
    [
      'a job of no kind',
      `${MINIMAL}retrain: {job: {cwd: train}}\n`,
      /^3 retrain.job: must name exactly one of command, project, webhook, names none$/,
    ],
    [
      'a job of two kinds',
      `${MINIMAL}retrain: {job: {command: [train], webhook: {url: "https://ci"}}}\n`,
      /^3 retrain.job: .*names command and webhook$/,
    ],
    [
      'a folder for a job that runs elsewhere',
      `${MINIMAL}retrain: {job: {webhook: {url: "https://ci"}, cwd: train}}\n`,
      /^3 retrain.job.cwd: has no effect on a job that runs elsewhere$/,
    ],
    [
      'a secret in the address of a job',
      `${MINIMAL}retrain: {job: {webhook: {url: "https://me:secret@ci"}}}\n`,
      /^3 retrain.job.webhook.url: must not hold a name or password/,
    ],
    [
      "a project that MLflow's command line would take for a setting",
      `${MINIMAL}retrain: {job: {project: {uri: "--help"}}}\n`,
      /^3 retrain.job.project.uri: must not begin with a hyphen$/,
    ],
    [
      'a file for a job that runs elsewhere',
      `${MINIMAL}retrain: {job: {webhook: {url: "https://ci"}}, data: {}}\n`,
      /^3 retrain.data: is a file on the worker, which a webhook does not reach: .*`slipway predictions --output`$/,
    ],
    [
      'rows of more days than are kept',
      `${MINIMAL}retrain: {job: {command: [train]}, data: {days: 31}}\n`,
      /^3 retrain.data.days: must be no more than capture.retentionDays \(by default 30\), is 31$/,
    ],
    [
      'rows of which no input is kept',
      `${MINIMAL}capture: {sample: 0}\nretrain: {job: {command: [train]}, data: {}}\n`,
      /^4 retrain.data: needs inputs, and capture.sample is 0: none are kept$/,
    ],
    [
      'a policy to train anew that does not say how',
      `${MINIMAL}monitor: {policy: {drift: retrain}}\n`,
      /^3 monitor.policy.drift: needs `retrain`, which says how a new version is trained$/,
    ],
    [
      'a job without time',
      `${MINIMAL}retrain: {job: {command: [train]}, timeout: 0s}\n`,
      /^3 retrain.timeout: must be longer/,
    ],
    ['steps left empty by accident', `${MINIMAL}canary:\n  steps:\n`, /^4 canary.steps: must be a list, is empty$/],
    ['settings of a canary without steps', `${MINIMAL}canary: {steps: [], minDuration: 1m}\n`, /has no effect/],
    [
      'approval of a stage that is left out',
      `${MINIMAL}shadow: false\napproval: [shadow]\n`,
      /^4 approval\[0\]: .*left out/,
    ],
    ['a step of thousandths', `${MINIMAL}canary: {steps: [0.001]}\n`, /at most two decimals/],
    [
      'a risk budget beside fixed weights',
      `${MINIMAL}risk: {badExposure: 50}\ncanary: {steps: [5]}\n`,
      /^3 risk: .*fixes the weights: remove one/,
    ],
    [
      'a risk budget that nothing could keep',
      `${MINIMAL}risk: {badExposure: 5}\n`,
      /^3 risk.badExposure: must be at least 10, is 5$/,
    ],
    [
      'a ramp that leaves stable nothing',
      `${MINIMAL}risk: {maxPercent: 100}\n`,
      /^3 risk.maxPercent: must be at most 90/,
    ],
    ['a ramp to thousandths', `${MINIMAL}risk: {maxPercent: 0.001}\n`, /^3 risk.maxPercent: .*two decimals/],
    ['a time limit of nothing', `${MINIMAL}maxBlind: 0s\n`, /^3 maxBlind: must be longer than nothing$/],
    [
      'a switch that only turns off',
      `${MINIMAL}soak: true\n`,
      /^3 soak: must be false or a mapping of settings, is true$/,
    ],
    ['a server that is told no port', `${MINIMAL}runtime: {kind: command, command: [serve]}\n`, /\{port\}/],
    [
      'a command for the mlflow runtime',
      `${MINIMAL}runtime: {kind: mlflow, command: [a]}\n`,
      /^3 runtime.command: is not a known key/,
    ],
    ['a data set of unknown form', `${MINIMAL}validate: {data: {source: a.xlsx, label: y}}\n`, /\.parquet/],
    [
      'a monitored slice that is no condition',
      `${MINIMAL}monitor:\n  quality:\n    slices: [{name: a, where: x = 1}, {name: b, where: count(x) > 1}]\n`,
      /^5 monitor\.quality\.slices\[1\]\.where: /,
    ],
    [
      'two slices of one name',
      `${MINIMAL}validate:\n  data: {source: a.csv, label: y}\n  slices: [{name: a, where: x}, {name: a, where: y}]\n`,
      /^5 validate.slices\[1\].name: repeats the name "a"$/,
    ],
    [
      'the label as a column to leave out',
      `${MINIMAL}validate: {data: {source: a.csv, label: y, exclude: [y]}}\n`,
      /is the label/,
    ],
    ['a header that HTTP does not allow', `${MINIMAL}sticky: {header: "user id"}\n`, /name of an HTTP header/],
  ])('%s', (_, yaml, message) => {
    const faults = faultsOf(yaml);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(message);
  });

  test('lists what would have been accepted', () => {
    const reading = readSpec(`${MINIMAL}approval: [build]\n`);
    expect('faults' in reading && reading.faults[0]?.allowed).toEqual(['shadow', 'canary', 'full']);
  });

  test('may go without a canary, if that is written down', () => {
    expect(readSpec(`${MINIMAL}canary: {steps: []}\n`)).toHaveProperty('spec');
  });

  test('that came as data is checked by the same rules', () => {
    expect(checkSpec({ endpoint: 'digits', model: 'digits', canary: { steps: [10, 5] } })).toEqual({
      faults: [
        {
          path: 'canary.steps[1]',
          line: null,
          column: null,
          message: 'must be larger than the step before it (10), is 5',
        },
      ],
    });
    expect(checkSpec(null)).toHaveProperty('faults');
    expect(checkSpec('endpoint: digits')).toHaveProperty('faults');
  });
});

test('faults are shown in columns, under the name of the file', () => {
  const reading = readSpec('endpoint: digits\ncanary:\n  steps: [5, 5]\n');
  expect('faults' in reading && formatFaults('rollout.yaml', reading.faults)).toBe(
    [
      'rollout.yaml has 2 faults:',
      '  line 1  model            is missing',
      '  line 3  canary.steps[1]  must be larger than the step before it (5), is 5',
    ].join('\n'),
  );
});
