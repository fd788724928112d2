import { expect, test } from 'vitest';
import { withoutStack } from '../../scripts/demo/stack.ts';

test.each([
  ...['DATABASE_URL', 'SLIPWAY_DATABASE_OWNER_URL', 'MLFLOW_TRACKING_URI'],
  ...['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE'],
])('the demo leaves alone what %s leads to, and takes the rest of the shell', (name) => {
  expect(withoutStack({ [name]: 'production', PATH: '/bin' })).toEqual({ PATH: '/bin' });
});
