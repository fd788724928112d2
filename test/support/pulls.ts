import { planPull, type PullInput } from '../../domain/outcome-pull.ts';
import { freshEndpoint } from './temporal.ts';

/** What asks for an endpoint's outcomes to be read; often enough for a test that no clock skips. */
export function pullInput(endpoint = freshEndpoint(), everyMs = 50): PullInput {
  const query = 'select id, label, at from returns where at > $1';
  return {
    ...{ target: 'local', endpoint, model: 'digits' },
    plan: { ...planPull({ sql: { connectionEnv: 'WAREHOUSE_URL', query } }), everyMs },
    receivers: [{ webhook: 'https://hooks.example.com/slipway', secretEnv: null }],
  };
}
