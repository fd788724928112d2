import type { Deps } from '../deps.ts';
import type { Repaired } from '../doctor/repair.ts';
import { plansWithOutcomes } from '../store/last-begun.ts';

/** Begins to read outcomes where that did not begin with the rollout that asked for it, or was ended by force. */
export async function keepPulling({ pool, outcomes }: Deps): Promise<Repaired[]> {
  if (!outcomes) return [];
  const asked = await plansWithOutcomes(pool);
  const idle = await outcomes.idle(asked.map(({ target, endpoint }) => ({ target, endpoint })));
  const begun: Repaired[] = [];
  for (const { target, endpoint, model, outcomes: plan, notify } of asked) {
    if (!plan || !idle.some((one) => one.target === target && one.endpoint === endpoint)) continue;
    await outcomes.asked({ target, endpoint, model, plan, receivers: notify });
    begun.push({ target, endpoint, code: 'OutcomesNotRead', done: 'the reading of outcomes was begun' });
  }
  return begun;
}
