import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRetrainActivities } from '../../../activities/retrain.ts';
import { MlflowClient } from '../../../packages/mlflow-client-ts/src/index.ts';
import type { JobDone } from '../../../activities/retrain/job.ts';
import { readSpec } from '../../../spec/read-spec.ts';
import { startMlflow, type MlflowServer } from '../../mlflow/support/mlflow-server.ts';
import { useDatabase } from '../../store/database.ts';
import { depsWith } from '../../support/deps.ts';
import { hoursAgo, logRows } from './logged.ts';
import { asked } from './support.ts';

const ROOT = join(import.meta.dirname, '../../..');
const db = useDatabase();
let home: string;
let server: MlflowServer;
let mlflow: MlflowClient;
let images: { readonly features: readonly number[]; readonly label: number }[];
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'slipway-digits-'));
  server = await startMlflow();
  mlflow = new MlflowClient({ trackingUri: server.uri });
  const script = `import sys; from pathlib import Path; sys.dont_write_bytecode = True; sys.path.insert(0, "examples/digits")
from digits_data import splits, write; _, validation, live = splits(); write(validation, live, Path(sys.argv[1]))`;
  await promisify(execFile)(join(ROOT, '.venv/bin/python'), ['-c', script, home], { cwd: ROOT });
  const lines = (await readFile(join(home, 'live.jsonl'), 'utf8')).trimEnd().split('\n');
  images = lines.map((line) => JSON.parse(line) as (typeof images)[number]);
}, 180_000);
afterAll(async () => {
  await server?.stop();
  await rm(home, { recursive: true });
});

test('the example trains on nothing new when too little of it has a label, and says so', async () => {
  await logImages('few', 20);
  await expect(train('local.few.1', 'few')).rejects.toMatchObject({
    type: 'JobFailed',
    message: /20 images are fewer than 50 \(--min-images\): nothing is registered/,
  });
}, 240_000);

test('the example trains on what production asked, and the new version tells on which part of the log', async () => {
  await logImages('digits', 120);
  const retrainId = 'local.digits.enough';
  const { summary } = await train(retrainId, 'digits');
  expect(summary).toMatch(/on 120 labelled predictions$/);
  const { takeTrained } = createRetrainActivities(depsWith({ mlflow }));
  const found = await new MockActivityEnvironment().run(takeTrained, { model: 'digits', retrainId, newest: 0 });
  expect(found).toBe('1');
  const { runId } = await mlflow.modelVersions.get({ name: 'digits', version: '1' });
  const { tags, metrics } = await mlflow.runs.get(runId ?? '');
  expect(tags).toMatchObject({
    'slipway.retrain': retrainId,
    'slipway.labelled.rows': '120',
    'slipway.labelled.from': hoursAgo(120),
    'slipway.labelled.to': hoursAgo(1),
    'slipway.labelled.sha256': expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  });
  expect(metrics.accuracy?.value).toBeGreaterThan(0.95);
  expect(await readFile(join(home, 'retrain', retrainId, 'job.log'), 'utf8')).toMatch(/from 797 \+ 120 images/);
}, 240_000);

async function logImages(endpoint: string, count: number): Promise<void> {
  const chosen = images.slice(0, count).map(({ features, label }, index) => ({
    ...{ id: `r${index}`, hours: index + 1, input: features, label, endpoint },
  }));
  await logRows(db.pool, chosen);
}

/** The job of the example's own specification. */
async function train(retrainId: string, endpoint: string): Promise<JobDone> {
  const reading = readSpec(await readFile(join(ROOT, 'examples/digits/rollout.yaml'), 'utf8'));
  if (!('spec' in reading) || !reading.spec.retrain) throw new Error('the example has no `retrain`');
  const { retrain } = reading.spec;
  const request = { ...asked({ ...retrain, job: { ...retrain.job, cwd: ROOT } }, retrainId), endpoint };
  const env = { ...process.env, SLIPWAY_HOME: home, MLFLOW_TRACKING_URI: server.uri };
  const { trainModel } = createRetrainActivities(depsWith({ pool: db.pool, env }));
  return new MockActivityEnvironment().run(trainModel, request);
}
