import { expect, test } from 'vitest';
import { makeCurrentCommand, workerDeployment } from '../../worker/deployment.ts';

test('without a build id workers have no version, so that a first one has something to do', () => {
  expect(workerDeployment({})).toBeNull();
  expect(workerDeployment({ SLIPWAY_DEPLOYMENT: 'prod', SLIPWAY_BUILD_ID: '' })).toBeNull();
});

test('a build id makes a version of the deployment, to which rollouts are pinned', () => {
  const deployment = workerDeployment({ SLIPWAY_BUILD_ID: '1.2.0-abc123' });
  expect(deployment).toEqual({
    version: { deploymentName: 'slipway', buildId: '1.2.0-abc123' },
    useWorkerVersioning: true,
    defaultVersioningBehavior: 'PINNED',
  });
  expect(deployment && makeCurrentCommand(deployment)).toBe(
    'temporal worker deployment set-current-version --deployment-name slipway --build-id 1.2.0-abc123',
  );
  expect(workerDeployment({ SLIPWAY_DEPLOYMENT: 'eu', SLIPWAY_BUILD_ID: '2' })?.version.deploymentName).toBe('eu');
});

test.each([
  { SLIPWAY_BUILD_ID: 'a b' },
  { SLIPWAY_BUILD_ID: `${'1'.repeat(101)}` },
  { SLIPWAY_BUILD_ID: '1', SLIPWAY_DEPLOYMENT: 'a.b' },
  { SLIPWAY_BUILD_ID: '1', SLIPWAY_DEPLOYMENT: '$(rm)' },
])('%o is refused with what is allowed', (env) => {
  expect(() => workerDeployment(env)).toThrow(/^SLIPWAY_(BUILD_ID|DEPLOYMENT) is ".*"; give it 1 to 100 characters/);
});
