import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { writeLabelled } from '../../../activities/retrain/labelled.ts';
import type { JobDone, TrainModel } from '../../../activities/retrain/job.ts';
import { createRetrainActivities } from '../../../activities/retrain.ts';
import { useDatabase } from '../../store/database.ts';
import { depsWith } from '../../support/deps.ts';
import { hoursAgo, logRows, NOW } from './logged.ts';
import { shell } from './support.ts';

const db = useDatabase();
let home: string;
beforeAll(() =>
  logRows(db.pool, [
    { id: 'old', hours: 49, input: [0], label: 0 },
    { id: 'first', hours: 40, input: { age: 30, email: null }, label: 'a\nb' },
    { id: 'unlabelled', hours: 30, input: [1] },
    { id: 'unsampled', hours: 20, input: null, label: 1 },
    { id: 'elsewhere', hours: 10, input: [1], label: 1, endpoint: 'other' },
    { id: 'second', hours: 2, input: [1.5], label: 2 },
    { id: 'second', hours: 2, input: [1.5], role: 'shadow' },
    { id: 'third', hours: 1, input: [2], label: true },
  ]),
);
beforeEach(async () => void (home = await mkdtemp(join(tmpdir(), 'slipway-labelled-'))));
afterEach(() => rm(home, { recursive: true }));

test('a job gets the labelled predictions of its days as they were logged, newest first, and what became of them is noted', async () => {
  const { summary } = await train(shell('echo "$MLFLOW_RUN_CONTEXT"; cat "$SLIPWAY_LABELLED"', { data: { days: 2 } }));
  const [context = '', ...rows] = (await readFile(fileOf('job.log'), 'utf8')).trimEnd().split('\n');
  const logged = { row: 0, version: 'v1-aaaaaaaaaaaa', prediction: 7 };
  expect(rows.map((row) => JSON.parse(row) as unknown)).toEqual([
    { at: hoursAgo(1), requestId: 'third', ...logged, input: [2], label: true },
    { at: hoursAgo(2), requestId: 'second', ...logged, input: [1.5], label: 2 },
    { at: hoursAgo(40), requestId: 'first', ...logged, input: { age: 30, email: null }, label: 'a\nb' },
  ]);
  expect(JSON.parse(context)).toEqual({
    'slipway.retrain': 'local.digits.1',
    'slipway.labelled.rows': '3',
    'slipway.labelled.from': hoursAgo(40),
    'slipway.labelled.to': hoursAgo(1),
    'slipway.labelled.sha256': createHash('sha256')
      .update(`${rows.join('\n')}\n`)
      .digest('hex'),
  });
  expect(summary).toMatch(/^the job ended after .* on 3 labelled predictions$/);
});

test.each([
  ['went well', 'true', undefined],
  ['failed', 'exit 1', 'JobFailed'],
  ['took too long and had to be killed', "trap '' TERM; while :; do sleep 0.1; done", 'JobFailed'],
])(
  'when a job %s, its copy of the log is gone, where neither retention nor deletion by user would reach',
  async (_, script, type) => {
    const request = shell(`test -s "$SLIPWAY_LABELLED" || exit 9; echo given; ${script}`, { data: {}, timeout: '3s' });
    const error = await train(request).then(
      () => null,
      (reason: unknown) => reason,
    );
    if (type) expect(error).toMatchObject({ type });
    expect(await readFile(fileOf('job.log'), 'utf8')).toMatch(/^given/);
    expect((await readdir(fileOf('.'))).filter((name) => name.includes('jsonl'))).toEqual([]);
  },
  30_000,
);

test('a job that cannot be begun leaves no copy either', async () => {
  const request = shell('true', { data: {}, job: { cwd: '/no/such/folder' } });
  await expect(train(request)).rejects.toMatchObject({ type: 'JobFailed' });
  expect(existsSync(fileOf('labelled.jsonl'))).toBe(false);
});

test('of more rows than a job is to get, or its disk to hold, the newest are taken', async () => {
  const ids = async (maxRows: number, mostBytes?: number) => {
    const file = join(home, 'rows.jsonl');
    const place = { target: 'local', endpoint: 'digits', days: 30, maxRows };
    const bound = mostBytes === undefined ? {} : { mostBytes };
    const { rows } = await writeLabelled(db.pool, place, { file, now: NOW, signal: AbortSignal.any([]), ...bound });
    const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
    expect(lines).toHaveLength(rows);
    return lines.map((line) => (JSON.parse(line) as { requestId: string }).requestId);
  };
  expect(await ids(2)).toEqual(['third', 'second']);
  expect(await ids(100, 200)).toEqual(['third']);
  expect(await ids(100)).toEqual(['third', 'second', 'first', 'old']);
});

test('without a label there is an empty file: what is too little, the job knows', async () => {
  const request = { ...shell('wc -c < "$SLIPWAY_LABELLED"', { data: {} }), endpoint: 'nobody' };
  const { summary } = await train(request);
  expect((await readFile(fileOf('job.log'), 'utf8')).trim()).toBe('0');
  expect(summary).toMatch(/on 0 labelled predictions$/);
});

function fileOf(name: string): string {
  return join(home, 'retrain', 'local.digits.1', name);
}

function train(request: TrainModel): Promise<JobDone> {
  const env = { ...process.env, SLIPWAY_HOME: home };
  const { trainModel } = createRetrainActivities(depsWith({ pool: db.pool, env }));
  return new MockActivityEnvironment().run(trainModel, request);
}
