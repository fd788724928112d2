import type { HeldDrill } from '../../drills.ts';
import { shortPlace, type Place } from '../../rollouts/place.ts';
import { html, type Html, type Part } from '../html.ts';
import { sentence, state } from '../parts.ts';
import { ago, moment, rounded } from '../words.ts';

/** When going back was last proven, and whether the last rehearsal failed. */
export function wayBackSection(drills: readonly HeldDrill[], place: Place, at: string): Part {
  const newest = drills.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
  if (newest.length === 0)
    return html`<p>
      ${sentence(`Going back was never rehearsed here; \`slipway drill ${shortPlace(place)}\` does.`)}
    </p>`;
  return newest.map((drill) => {
    const took = drill.seconds === null ? '' : `, in ${rounded(drill.seconds * 1_000)}`;
    return html`<p>
      ${ending(drill)} ${ago(drill.at, at)}${took}, at
      ${moment(drill.at)}${drill.detail === '' ? null : html`<span class="why">${drill.detail}</span>`}
    </p>`;
  });
}

function ending({ passed }: HeldDrill): Html {
  if (passed === null) return state('warn', 'not held');
  return passed ? state('good', 'proven') : state('bad', 'failed');
}
