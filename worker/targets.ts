import { failure } from '../activities/failures.ts';
import { createLocalTarget } from '../activities/targets/local.ts';
import type { ServingTarget } from '../activities/targets/target.ts';
import { readConfig, type TargetConfig } from '../spec/config.ts';

/** The names of all targets that are configured. */
export async function targetNames(): Promise<readonly string[]> {
  return Object.keys((await readConfig()).targets);
}

/** Finds targets by name: `local` from the stack that runs here, others from `slipway.yaml`. */
export function createTargets(): (name: string) => Promise<ServingTarget> {
  const known = new Map<string, { readonly from: string; readonly target: ServingTarget }>();
  return async (name) => {
    const config: TargetConfig | undefined = (await readConfig()).targets[name];
    if (!config) throw failure('Unsupported', `no target is named "${name}"; add it to slipway.yaml`);
    const from = JSON.stringify(config);
    const cached = known.get(name);
    // The serving host may come back on another port while the worker runs.
    if (cached?.from === from) return cached.target;
    const target = createLocalTarget(config);
    known.set(name, { from, target });
    return target;
  };
}
