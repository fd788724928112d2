import { expect, test } from 'vitest';
import { collect } from '../../../packages/mlflow-client-ts/src/index.ts';
import { clientAt, unique, type Address } from './context.ts';

export function experimentPromises(address: Address): void {
  test('an experiment comes back with its name, tags and times', async () => {
    const mlflow = clientAt(address());
    const name = unique('credit risk');
    const id = await mlflow.experiments.create(name, { tags: { team: 'risk' } });
    const experiment = await mlflow.experiments.get(id);
    expect(experiment).toMatchObject({ experimentId: id, name, lifecycleStage: 'active', tags: { team: 'risk' } });
    expect(experiment.creationTime).toBeGreaterThan(1.7e12);
    expect(await mlflow.experiments.getByName(name)).toEqual(experiment);
  });

  test('tags of an experiment can be set and removed', async () => {
    const mlflow = clientAt(address());
    const id = await mlflow.experiments.create(unique('tagged'));
    await mlflow.experiments.setTag(id, 'owner', 'Zoë');
    await mlflow.experiments.setTag(id, 'stage', 'draft');
    await mlflow.experiments.deleteTag(id, 'stage');
    expect((await mlflow.experiments.get(id)).tags).toEqual({ owner: 'Zoë' });
  });

  test('a renamed experiment is found by its new name, a deleted one can be restored', async () => {
    const mlflow = clientAt(address());
    const id = await mlflow.experiments.create(unique('old'));
    const name = unique('new');
    await mlflow.experiments.rename(id, name);
    await mlflow.experiments.delete(id);
    expect((await mlflow.experiments.getByName(name)).lifecycleStage).toBe('deleted');
    await mlflow.experiments.restore(id);
    expect((await mlflow.experiments.getByName(name)).lifecycleStage).toBe('active');
  });

  test('a search gives every experiment once, however small its pages', async () => {
    const mlflow = clientAt(address());
    const prefix = unique('paged');
    const names = ['a', 'b', 'c', 'd', 'e'].map((letter) => `${prefix}-${letter}`);
    for (const name of names) await mlflow.experiments.create(name);
    const search = { filter: `name LIKE '${prefix}-%'`, orderBy: ['name ASC'], pageSize: 2 };
    const found = await collect(mlflow.experiments.search(search));
    expect(found.map((experiment) => experiment.name)).toEqual(names);
    expect(await collect(mlflow.experiments.search(search), 3)).toHaveLength(3);
  });

  test('callers that get or create the same experiment at once all get one and the same', async () => {
    const mlflow = clientAt(address());
    const name = unique('contended');
    const experiments = await Promise.all([1, 2, 3, 4].map(() => mlflow.experiments.getOrCreate(name)));
    expect(new Set(experiments.map((experiment) => experiment.experimentId)).size).toBe(1);
  });

  test('a taken name is refused as RESOURCE_ALREADY_EXISTS, a missing id as RESOURCE_DOES_NOT_EXIST', async () => {
    const mlflow = clientAt(address());
    const name = unique('taken');
    await mlflow.experiments.create(name);
    await expect(mlflow.experiments.create(name)).rejects.toMatchObject({
      errorCode: 'RESOURCE_ALREADY_EXISTS',
      status: 400,
      path: '/api/2.0/mlflow/experiments/create',
      outcomeUnknown: false,
    });
    await expect(mlflow.experiments.get('987654')).rejects.toMatchObject({
      errorCode: 'RESOURCE_DOES_NOT_EXIST',
      status: 404,
      transient: false,
      attempts: 1,
    });
  });
}
