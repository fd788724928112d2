import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';
import { hasBasicAuth, startMlflow, type MlflowServer } from './support/mlflow-server.ts';

const admin = { username: 'admin', password: 'correct horse: battery' };

// MLflow's basic-auth app needs Flask-WTF, which MLflow itself does not install.
describe.skipIf(!hasBasicAuth())('against MLflow with basic auth', () => {
  let server: MlflowServer;

  beforeAll(async () => {
    server = await startMlflow({ admin });
  }, 120_000);
  afterAll(() => server?.stop(), 30_000);

  function fromEnv(env: Record<string, string>): MlflowClient {
    return MlflowClient.fromEnv({ retry: { retries: 0 } }, { MLFLOW_TRACKING_URI: server.uri, ...env });
  }

  test('name and password from the environment open the server, artifacts included', async () => {
    const mlflow = fromEnv({ MLFLOW_TRACKING_USERNAME: admin.username, MLFLOW_TRACKING_PASSWORD: admin.password });
    const { experimentId } = await mlflow.experiments.getOrCreate('guarded');
    const run = await mlflow.runs.create({ experimentId });
    await mlflow.artifacts.upload(run, 'report.json', '{}');
    expect(await mlflow.artifacts.text(run, 'report.json')).toBe('{}');
  });

  test('name and password inside the tracking URI do too, and show up nowhere', async () => {
    const url = new URL(server.uri);
    [url.username, url.password] = [admin.username, encodeURIComponent(admin.password)];
    const mlflow = new MlflowClient({ trackingUri: url.href });
    expect((await mlflow.experiments.get('0')).name).toBe('Default');
    expect(mlflow.trackingUri).toBe(server.uri);
  });

  test('a function may give the credentials anew for each request', async () => {
    const header = `Basic ${Buffer.from(`${admin.username}:${admin.password}`).toString('base64')}`;
    const mlflow = new MlflowClient({ trackingUri: server.uri, auth: () => Promise.resolve(header) });
    expect((await mlflow.experiments.get('0')).name).toBe('Default');
  });

  test('a wrong password and none at all are refused as UNAUTHENTICATED, without repetition or the password', async () => {
    for (const password of ['wrong-password', undefined]) {
      const env =
        password === undefined ? {} : { MLFLOW_TRACKING_USERNAME: 'admin', MLFLOW_TRACKING_PASSWORD: password };
      const refused = await fromEnv(env)
        .experiments.get('0')
        .catch((error: unknown) => error);
      expect(refused).toMatchObject({ errorCode: 'UNAUTHENTICATED', status: 401, transient: false, attempts: 1 });
      expect(String(refused)).not.toContain('wrong-password');
    }
  });

  test('a user without permission is refused as PERMISSION_DENIED', async () => {
    const mlflow = new MlflowClient({ trackingUri: server.uri, auth: admin });
    const user = { username: 'reader', password: 'reader-password-1' };
    const created = await fetch(`${server.uri}/api/2.0/mlflow/users/create`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from(`${admin.username}:${admin.password}`).toString('base64')}`,
      },
      body: JSON.stringify(user),
    });
    expect(created.status).toBe(200);
    const id = await mlflow.experiments.create('read only');
    const reader = new MlflowClient({ trackingUri: server.uri, auth: user });
    expect((await reader.experiments.get(id)).name).toBe('read only');
    await expect(reader.experiments.setTag(id, 'k', 'v')).rejects.toMatchObject({
      errorCode: 'PERMISSION_DENIED',
      status: 403,
    });
  });
});
