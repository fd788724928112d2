import { expect, test } from 'vitest';
import { addressesOf, environmentOf } from '../../client/stack/addresses.ts';
import { PREFERRED } from '../../client/stack/ports.ts';
import { webUiOf } from '../../worker/web-ui.ts';

test.each([
  ['the one that `slipway up` started', {}, 'http://127.0.0.1:8233/namespaces/default'],
  [
    'the one that is named',
    { SLIPWAY_WEB_URL: 'https://ui.example.com/' },
    'https://ui.example.com/namespaces/default',
  ],
  ['none where Temporal is elsewhere', { TEMPORAL_ADDRESS: 'temporal:7233' }, null],
  [
    'the one that is named for a Temporal elsewhere',
    { TEMPORAL_ADDRESS: 'temporal:7233', SLIPWAY_WEB_URL: 'https://ui.example.com' },
    'https://ui.example.com/namespaces/default',
  ],
])('alerts link to the Web UI: %s', (_, env: NodeJS.ProcessEnv, page) => {
  expect(webUiOf(environmentOf(addressesOf(env, PREFERRED, null), '/home'), 'default')).toBe(page);
});
