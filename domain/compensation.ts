import type { PinnedVersion } from './model-version.ts';
import type { Route } from './route.ts';

/**
 * How to get back: registered before the step it undoes, plain data so that it survives continue-as-new.
 *
 * Each says what to converge to, never an inverse step, so it is right whether the step took effect fully, partly,
 * twice or not at all.
 */
export type Compensation =
  | { readonly kind: 'restoreTraffic'; readonly route: Route }
  | { readonly kind: 'restoreAlias'; readonly model: string; readonly alias: string; readonly version: string | null }
  | { readonly kind: 'retireVersion'; readonly version: PinnedVersion };

/** Users are served by traffic, so it is made safe first, then the registry, then what costs only money. */
const RANK: Readonly<Record<Compensation['kind'], number>> = { restoreTraffic: 0, restoreAlias: 1, retireVersion: 2 };

/** The order to undo in: traffic first, then last registered first. */
export function unwindOrder(registered: readonly Compensation[]): Compensation[] {
  return registered.toReversed().sort((a, b) => RANK[a.kind] - RANK[b.kind]);
}
