export { rollback } from './rollback.ts';
export { rollout } from './rollout.ts';
