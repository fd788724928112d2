import { expect, test } from 'vitest';
import { collect } from '../../../packages/mlflow-client-ts/src/index.ts';
import { clientAt, newRun, unique, type Address } from './context.ts';

export function runPromises(address: Address): void {
  test('a run comes back with what was given, and ends when it is finished', async () => {
    const mlflow = clientAt(address());
    const experimentId = await mlflow.experiments.create(unique('experiment'));
    const startTime = 1_700_000_000_123;
    const run = await mlflow.runs.create({ experimentId, runName: 'forest', startTime, tags: { git: 'abc' } });
    expect(run).toMatchObject({ experimentId, runName: 'forest', status: 'RUNNING', startTime, endTime: undefined });
    await mlflow.runs.finish(run.runId);
    const ended = await mlflow.runs.get(run.runId);
    expect(ended.status).toBe('FINISHED');
    expect(ended.endTime).toBeGreaterThan(startTime);
    expect(ended.tags).toMatchObject({ git: 'abc', 'mlflow.runName': 'forest' });
    expect(ended.artifactUri).toBe(`mlflow-artifacts:/${experimentId}/${run.runId}/artifacts`);
  });

  test('NaN comes back as NaN, infinities as the largest doubles, whether logged alone or in a batch', async () => {
    const mlflow = clientAt(address());
    const { runId } = await newRun(mlflow);
    await mlflow.runs.logMetric(runId, { key: 'nan', value: Number.NaN, timestamp: 1_700_000_000_000, step: 7 });
    const metrics = [
      { key: 'up', value: Number.POSITIVE_INFINITY },
      { key: 'down', value: Number.NEGATIVE_INFINITY },
      { key: 'loss', value: -1.5e-300, step: -3 },
      { key: 'nan2', value: Number.NaN },
    ];
    await mlflow.runs.logBatch(runId, { metrics });
    const run = await mlflow.runs.get(runId);
    expect(run.metrics['nan']).toMatchObject({ value: Number.NaN, timestamp: 1_700_000_000_000, step: 7 });
    expect(run.metrics['up']?.value).toBe(Number.MAX_VALUE);
    expect(run.metrics['down']?.value).toBe(-Number.MAX_VALUE);
    expect(run.metrics['loss']).toMatchObject({ value: -1.5e-300, step: -3 });
    expect(run.metrics['nan2']?.value).toBeNaN();
  });

  test('a metric’s history gives every point once, however small its pages', async () => {
    const mlflow = clientAt(address());
    const { runId } = await newRun(mlflow);
    const metrics = Array.from({ length: 7 }, (_, step) => ({
      key: 'loss',
      value: 1 / (step + 1),
      step,
      timestamp: step,
    }));
    await mlflow.runs.logBatch(runId, { metrics });
    const history = await collect(mlflow.runs.metricHistory(runId, 'loss', { pageSize: 3 }));
    expect(history.map(({ value, step }) => ({ value, step }))).toEqual(
      metrics.map(({ value, step }) => ({ value, step })),
    );
  });

  test('a batch larger than MLflow’s limits arrives whole', async () => {
    const mlflow = clientAt(address());
    const { runId } = await newRun(mlflow);
    const metrics = Array.from({ length: 1203 }, (_, step) => ({ key: 'loss', value: step, step }));
    const params = Object.fromEntries(Array.from({ length: 130 }, (_, at) => [`p${at}`, String(at)]));
    await mlflow.runs.logBatch(runId, { metrics, params, tags: { note: '' } });
    const run = await mlflow.runs.get(runId);
    expect(run.params).toEqual(params);
    expect(run.tags).toMatchObject({ note: '' });
    expect(await collect(mlflow.runs.metricHistory(runId, 'loss'))).toHaveLength(1203);
  });

  test('a param may be logged twice with one value, and never with another', async () => {
    const mlflow = clientAt(address());
    const { runId } = await newRun(mlflow);
    await mlflow.runs.logParam(runId, 'depth', '4');
    await mlflow.runs.logParam(runId, 'depth', '4');
    await expect(mlflow.runs.logParam(runId, 'depth', '5')).rejects.toMatchObject({
      errorCode: 'INVALID_PARAMETER_VALUE',
      transient: false,
    });
  });

  test('a run’s tag can be set, changed and removed', async () => {
    const mlflow = clientAt(address());
    const { runId } = await newRun(mlflow);
    await mlflow.runs.setTag(runId, 'verdict', 'hold');
    await mlflow.runs.setTag(runId, 'verdict', 'promote "now"\n✓');
    expect((await mlflow.runs.get(runId)).tags['verdict']).toBe('promote "now"\n✓');
    await mlflow.runs.deleteTag(runId, 'verdict');
    expect((await mlflow.runs.get(runId)).tags['verdict']).toBeUndefined();
  });

  test('a search finds runs by metric, page by page, and deleted ones only when asked', async () => {
    const mlflow = clientAt(address());
    const experimentId = await mlflow.experiments.create(unique('experiment'));
    const ids: string[] = [];
    for (const value of [0.1, 0.6, 0.7, 0.8]) {
      const { runId } = await mlflow.runs.create({ experimentId });
      await mlflow.runs.logMetric(runId, { key: 'accuracy', value });
      ids.push(runId);
    }
    const [low = '', ...high] = ids;
    const search = {
      experimentIds: [experimentId],
      filter: 'metrics.accuracy > 0.5',
      orderBy: ['metrics.accuracy ASC'],
    };
    const found = await collect(mlflow.runs.search({ ...search, pageSize: 2 }));
    expect(found.map((run) => run.runId)).toEqual(high);

    await mlflow.runs.delete(low);
    const deleted = await collect(mlflow.runs.search({ experimentIds: [experimentId], viewType: 'DELETED_ONLY' }));
    expect(deleted.map((run) => run.runId)).toEqual([low]);
    await mlflow.runs.restore(low);
    expect((await mlflow.runs.get(low)).lifecycleStage).toBe('active');
  });
}
