import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { authFromEnv, authorization } from '../src/auth.ts';
import { optionsFromEnv, resolveConfig } from '../src/config.ts';
import { MlflowClient } from '../src/index.ts';

const uri = { MLFLOW_TRACKING_URI: 'http://host:5000' };

test('name with password goes before the token, as in MLflow’s own clients', () => {
  const both = { MLFLOW_TRACKING_USERNAME: 'u', MLFLOW_TRACKING_PASSWORD: 'p', MLFLOW_TRACKING_TOKEN: 't' };
  expect(authFromEnv(both, '/none')).toEqual({ username: 'u', password: 'p' });
  expect(authFromEnv({ MLFLOW_TRACKING_TOKEN: 't' }, '/none')).toEqual({ token: 't' });
  expect(authFromEnv({ MLFLOW_TRACKING_USERNAME: 'u', MLFLOW_TRACKING_TOKEN: 't' }, '/none')).toEqual({ token: 't' });
  expect(authFromEnv({}, '/none')).toBeUndefined();
});

test('the credentials file fills in what the environment leaves out', () => {
  const file = join(temporaryDirectory(), 'credentials');
  const lines = ['[other]', 'mlflow_tracking_username = wrong', '', '[mlflow]', '# a comment'];
  writeFileSync(file, [...lines, 'mlflow_tracking_username = zoë', 'mlflow_tracking_password: p=1:2', ''].join('\n'));
  expect(authFromEnv({}, file)).toEqual({ username: 'zoë', password: 'p=1:2' });
  expect(authFromEnv({ MLFLOW_TRACKING_USERNAME: 'u' }, file)).toEqual({ username: 'u', password: 'p=1:2' });
});

test('credentials become the header that MLflow expects', async () => {
  expect(await authorization({ username: 'u', password: 'p' })?.()).toBe('Basic dTpw');
  expect(await authorization({ token: 't' })?.()).toBe('Bearer t');
  expect(() => authorization({ token: 'line\nbreak' })).toThrow(/no HTTP header may hold/);
});

test('credentials inside the tracking URI are used and taken out of it', () => {
  const config = resolveConfig({ trackingUri: 'https://user:p%40ss@host/mlflow/' });
  expect(config.baseUrl).toBe('https://host/mlflow');
  expect(config.auth).toEqual({ username: 'user', password: 'p@ss' });
});

test('time limit and repetition follow MLflow’s variables, in its units', () => {
  const env = {
    ...uri,
    MLFLOW_HTTP_REQUEST_TIMEOUT: '7',
    MLFLOW_HTTP_REQUEST_MAX_RETRIES: '2',
    MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR: '0.5',
  };
  const config = resolveConfig(optionsFromEnv(env));
  expect(config.timeoutMs).toBe(7000);
  expect(config.retry).toEqual({ retries: 2, backoffMs: 500, maxBackoffMs: 30_000 });
});

test('options of the caller go before the environment', () => {
  const client = MlflowClient.fromEnv({ trackingUri: 'http://other:1' }, {});
  expect(client.trackingUri).toBe('http://other:1');
});

const refused: readonly [Record<string, string>, RegExp][] = [
  [{}, /MLFLOW_TRACKING_URI is not set/],
  [{ MLFLOW_TRACKING_URI: 'databricks' }, /should be a URL such as/],
  [{ MLFLOW_TRACKING_URI: 'sqlite:///mlflow.db' }, /starts with 'sqlite:'.*http or https/],
  [{ MLFLOW_TRACKING_URI: 'http://host:5000/#/experiments' }, /no query and no fragment/],
  [{ ...uri, MLFLOW_REGISTRY_URI: 'http://registry:5000' }, /MLFLOW_REGISTRY_URI names another server/],
  [{ ...uri, MLFLOW_TRACKING_AWS_SIGV4: 'true' }, /MLFLOW_TRACKING_AWS_SIGV4/],
  [{ ...uri, MLFLOW_TRACKING_AUTH: 'kubernetes' }, /MLFLOW_TRACKING_AUTH.*`auth` as a function/],
  [{ ...uri, MLFLOW_TRACKING_INSECURE_TLS: 'perhaps' }, /should be true, false, 1 or 0/],
  [{ ...uri, MLFLOW_HTTP_REQUEST_TIMEOUT: 'long' }, /MLFLOW_HTTP_REQUEST_TIMEOUT should be a number/],
];
test.for(refused)('what cannot be honoured is refused when the client is made: %o', ([env, reason]) => {
  expect(() => MlflowClient.fromEnv({}, env)).toThrow(reason);
});

test('the same registry as the tracking server is no other server', () => {
  expect(() => optionsFromEnv({ ...uri, MLFLOW_REGISTRY_URI: 'http://host:5000/' })).not.toThrow();
});

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'mlflow-client-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
