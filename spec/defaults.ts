import { planRollout } from '../domain/plan.ts';

/** What a specification means that says nothing of its own. */
export const DEFAULTS = planRollout({ endpoint: 'any', model: 'any' });
