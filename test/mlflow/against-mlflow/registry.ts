import { expect, test } from 'vitest';
import { collect, type MlflowClient, type ModelVersion } from '../../../packages/mlflow-client-ts/src/index.ts';
import { clientAt, newRun, unique, type Address } from './context.ts';

export async function newVersion(mlflow: MlflowClient, name: string): Promise<ModelVersion> {
  const { runId } = await newRun(mlflow);
  await mlflow.registeredModels.getOrCreate(name);
  return mlflow.modelVersions.create({ name, runId, source: `runs:/${runId}/model`, tags: { made: 'here' } });
}

export function registryPromises(address: Address): void {
  test('a registered model comes back with description, tags and aliases', async () => {
    const mlflow = clientAt(address());
    const name = unique('fraud');
    await mlflow.registeredModels.create(name, { description: 'Finds fraud.', tags: { team: 'risk' } });
    await mlflow.registeredModels.setTag(name, 'tier', '1');
    await mlflow.registeredModels.deleteTag(name, 'team');
    await newVersion(mlflow, name);
    await mlflow.registeredModels.setAlias(name, 'champion', 1);
    const model = await mlflow.registeredModels.get(name);
    expect(model).toMatchObject({ name, description: 'Finds fraud.', tags: { tier: '1' }, aliases: { champion: '1' } });
    expect(model.latestVersions.map((version) => version.version)).toEqual(['1']);
  });

  test('a version comes back with its run, source and tags', async () => {
    const mlflow = clientAt(address());
    const name = unique('fraud');
    const made = await newVersion(mlflow, name);
    const version = await mlflow.modelVersions.get({ name, version: 1 });
    expect(version).toMatchObject({ name, version: '1', status: 'READY', runId: made.runId, source: made.source });
    expect(version.tags).toEqual({ made: 'here' });
    expect(await mlflow.modelVersions.downloadUri(version)).toBe(made.source);
  });

  test('tags and description of a version can be changed through the version itself', async () => {
    const mlflow = clientAt(address());
    const version = await newVersion(mlflow, unique('fraud'));
    await mlflow.modelVersions.setTag(version, 'slipway.rollout', 'r-1');
    await mlflow.modelVersions.deleteTag(version, 'made');
    await mlflow.modelVersions.update(version, { description: 'Rolled out.' });
    const changed = await mlflow.modelVersions.get(version);
    expect(changed).toMatchObject({ tags: { 'slipway.rollout': 'r-1' }, description: 'Rolled out.' });
  });

  test('an alias moves from version to version, and once removed is not found', async () => {
    const mlflow = clientAt(address());
    const name = unique('fraud');
    await newVersion(mlflow, name);
    await newVersion(mlflow, name);
    await mlflow.registeredModels.setAlias(name, 'champion', 1);
    await mlflow.registeredModels.setAlias(name, 'champion', '2');
    expect((await mlflow.modelVersions.getByAlias(name, 'champion')).version).toBe('2');
    expect((await mlflow.modelVersions.findByAlias(name, 'champion'))?.aliases).toEqual(['champion']);
    await mlflow.registeredModels.deleteAlias(name, 'champion');
    await mlflow.registeredModels.deleteAlias(name, 'champion');
    expect(await mlflow.modelVersions.findByAlias(name, 'champion')).toBeUndefined();
  });

  test('a missing alias is undefined, a missing model an error', async () => {
    const mlflow = clientAt(address());
    const name = unique('fraud');
    await mlflow.registeredModels.create(name);
    expect(await mlflow.modelVersions.findByAlias(name, 'champion')).toBeUndefined();
    await expect(mlflow.modelVersions.findByAlias('no-such-model', 'champion')).rejects.toMatchObject({
      errorCode: 'RESOURCE_DOES_NOT_EXIST',
    });
  });

  test('searches give every model and version once, however small the pages', async () => {
    const mlflow = clientAt(address());
    const prefix = unique('paged');
    const names = ['a', 'b', 'c'].map((letter) => `${prefix}-${letter}`);
    for (const name of names) await mlflow.registeredModels.create(name);
    const search = { filter: `name LIKE '${prefix}-%'`, orderBy: ['name ASC'], pageSize: 2 };
    const models = await collect(mlflow.registeredModels.search(search));
    expect(models.map((model) => model.name)).toEqual(names);

    for (let made = 0; made < 3; made += 1) await newVersion(mlflow, `${prefix}-a`);
    const versions = { filter: `name = '${prefix}-a'`, orderBy: ['version_number ASC'], pageSize: 2 };
    const found = await collect(mlflow.modelVersions.search(versions));
    expect(found.map((version) => version.version)).toEqual(['1', '2', '3']);
  });

  test('models can be renamed, versions and models removed', async () => {
    const mlflow = clientAt(address());
    const version = await newVersion(mlflow, unique('fraud'));
    const name = unique('renamed');
    await mlflow.registeredModels.rename(version.name, name);
    await mlflow.registeredModels.update(name, { description: 'Renamed.' });
    expect((await mlflow.registeredModels.get(name)).description).toBe('Renamed.');
    await mlflow.modelVersions.delete({ name, version: 1 });
    await expect(mlflow.modelVersions.get({ name, version: 1 })).rejects.toMatchObject({ status: 404 });
    await mlflow.registeredModels.delete(name);
    await expect(mlflow.registeredModels.get(name)).rejects.toMatchObject({ errorCode: 'RESOURCE_DOES_NOT_EXIST' });
  });

  test('a source outside of the run is refused with MLflow’s own reason', async () => {
    const mlflow = clientAt(address());
    const { runId } = await newRun(mlflow);
    const { name } = await mlflow.registeredModels.create(unique('fraud'));
    const source = 'mlflow-artifacts:/1/other/artifacts/model';
    await expect(mlflow.modelVersions.create({ name, runId, source })).rejects.toThrow(
      /INVALID_PARAMETER_VALUE \(400\): Invalid model version source/,
    );
  });
}
