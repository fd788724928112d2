import { expect, test } from 'vitest';
import { parseArtifactUri, pathWithin } from '../src/artifact-uri.ts';

const understood: readonly [string, object][] = [
  ['mlflow-artifacts:/1/r/artifacts', { kind: 'proxied', server: undefined, path: '1/r/artifacts' }],
  ['mlflow-artifacts:///1/r/artifacts/', { kind: 'proxied', server: undefined, path: '1/r/artifacts' }],
  ['mlflow-artifacts://host:5000/1/r', { kind: 'proxied', server: 'host:5000', path: '1/r' }],
  ['http://host/x/api/2.0/mlflow-artifacts/artifacts/1/r', { kind: 'proxied', server: 'host', path: '1/r' }],
  ['runs:/abc', { kind: 'run', runId: 'abc', path: '' }],
  ['runs:/abc/model/data', { kind: 'run', runId: 'abc', path: 'model/data' }],
  ['models:/m-123', { kind: 'loggedModel', modelId: 'm-123' }],
  ['models:/fraud/7', { kind: 'version', name: 'fraud', version: '7' }],
  ['models:/fraud model@champion', { kind: 'alias', name: 'fraud model', alias: 'champion' }],
  ['s3://bucket/1/r', { kind: 'direct', uri: 's3://bucket/1/r' }],
  ['/var/mlruns/1/r', { kind: 'direct', uri: '/var/mlruns/1/r' }],
  ['http://host/elsewhere', { kind: 'direct', uri: 'http://host/elsewhere' }],
];
test.for(understood)('%s is understood', ([uri, parsed]) => {
  expect(parseArtifactUri(uri)).toEqual(parsed);
});

test.for(['models:/fraud/Production', 'models:/fraud/latest', 'models:/', 'models:/a/1/b', 'runs:/'])(
  '%s is refused, for it names no fixed files',
  (uri) => {
    expect(() => parseArtifactUri(uri)).toThrow(/URI .*reads/);
  },
);

test('a path is within a root only at a slash', () => {
  expect(pathWithin('s3://b/run/artifacts', 's3://b/run/artifacts/model/')).toBe('model');
  expect(pathWithin('s3://b/run/artifacts/', 's3://b/run/artifacts')).toBe('');
  expect(pathWithin('s3://b/run', 's3://b/run-2/model')).toBeUndefined();
});
