import { parsePlace, type Place } from '../rollouts/place.ts';
import { rolloutNameOf } from '../rollouts/rollout-name.ts';

/** What the lines have to be about; `null`: any. */
export interface Topic {
  readonly place: Place | null;
  /** Such as `local.digits.4`. */
  readonly rollout: string | null;
  /** A registry number or a full key. */
  readonly version: string | null;
}

const KEY = /^v[^:/]+-[0-9a-f]{12}(-drill)?$/;

/** Reads `digits`, `prod-eu/digits`, `digits:8`, a rollout's `local.digits.4` or a version's `v8-3f2a9c01b2d4`. */
export function parseTopic(text: string): Topic {
  const named = rolloutNameOf(text);
  if (named) return { place: { target: named.target, endpoint: named.endpoint }, rollout: text, version: null };
  if (KEY.test(text)) return { place: null, rollout: null, version: text };
  const [place = '', version = null] = text.split(':', 2);
  return { place: parsePlace(place), rollout: null, version };
}
