import { percent } from '../../../domain/render-details.ts';
import type { Production, Reign } from '../../endpoint/production.ts';
import { timeline } from '../charts/timeline.ts';
import { html, type Part } from '../html.ts';
import { folded, note } from '../parts.ts';
import { table } from '../table.ts';
import { lasted, moment } from '../words.ts';
import { versionName } from '../../../domain/ids.ts';

/** Versions drawn and listed; the ledger has all of them. */
const MOST_VERSIONS = 8;
const MOST_REIGNS = 12;
const MOST_SPLITS = 60;
/** Wide enough for a page, and narrow enough for a telephone. */
const WIDTHS = { wide: 860, narrow: 380 } as const;

/** Which versions were in production, and when. */
export function productionSection({ splits, reigns }: Production, at: string): Part {
  if (splits.length === 0) return note('The ledger has no route of this endpoint.');
  const seen = splits.flatMap(({ arms }) => arms.map(({ version }) => version));
  const versions = [...new Set(seen.toReversed())].slice(0, MOST_VERSIONS);
  return [
    html`<figure>
      <figcaption>Live traffic by version; the stronger the bar, the larger its share</figcaption>
      ${Object.entries(WIDTHS).map(
        ([name, width]) => html`<div class="${name}">${timeline(splits, versions, new Date(at), width)}</div>`,
      )}
    </figure>`,
    table('Versions with all live traffic, the latest first', reigns.toReversed().slice(0, MOST_REIGNS), [
      { title: 'version', of: ({ version }) => html`<b>${versionName(version)}</b> <code>${version}</code>` },
      { title: 'from', of: ({ from }) => moment(from), whole: true },
      { title: 'for', of: (reign) => lastedUntil(reign, at) },
      { title: 'brought by', of: ({ rolloutId }) => html`<code>${rolloutId}</code>` },
    ]),
    folded(
      'Every change of the split',
      table('Splits of live traffic, the latest first', splits.toReversed().slice(0, MOST_SPLITS), [
        { title: 'from', of: ({ from }) => moment(from), whole: true },
        { title: 'for', of: ({ from, to }) => lasted(from, to ?? at), whole: true },
        {
          title: 'live traffic',
          of: ({ arms }) =>
            arms.length === 0
              ? 'nothing served'
              : arms.map(({ version, weight }) => `${versionName(version)} ${percent(weight)}`).join(', '),
        },
      ]),
    ),
  ];
}

function lastedUntil({ from, to }: Reign, at: string): string {
  return to === null ? `${lasted(from, at)}, still serving` : lasted(from, to);
}
