import { isKnown } from '../../overview.ts';
import type { Dossier } from '../../endpoint/dossier.ts';
import { formatCount, formatMilliseconds, formatNumber, formatShare } from '../../render/numbers.ts';
import { html, type Html } from '../html.ts';
import { ago, rounded } from '../words.ts';

interface Figure {
  readonly name: string;
  readonly value: string;
  readonly aside: string;
}

/** What most people look for first. */
export function keyFigures(seen: Dossier, serving: string | null): Html {
  const shown = [...traffic(seen, serving), ...quality(seen, serving), ...wayBack(seen), ...watch(seen)];
  return html`<dl class="figures">
    ${shown.map(
      ({ name, value, aside }) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}<small>${aside}</small></dd>
        </div>`,
    )}
  </dl>`;
}

function traffic({ traffic: day }: Dossier, serving: string | null): Figure[] {
  if (!isKnown(day)) return [];
  const sum = (of: 'n' | 'errors') => day.totals.reduce((all, counted) => all + counted[of], 0);
  const own = day.totals.find(({ version }) => version === serving)?.latency ?? null;
  const span = Date.parse(day.until) - Date.parse(day.since);
  return [
    { name: 'Requests', value: formatCount(sum('n')), aside: `in ${rounded(span)}` },
    {
      name: 'Errors',
      value: sum('n') === 0 ? '–' : formatShare(sum('errors') / sum('n')),
      aside: `${formatCount(sum('errors'))} requests`,
    },
    {
      name: 'Latency, 99 %',
      value: own ? formatMilliseconds(own.p99) : '–',
      aside: own ? `half within ${formatMilliseconds(own.p50)}` : 'nothing asked',
    },
  ];
}

function quality({ outcomes }: Dossier, serving: string | null): Figure[] {
  const own = isKnown(outcomes) ? outcomes.versions.find(({ version }) => version === serving) : undefined;
  if (!own?.quality || own.predictions === 0) return [];
  const { quality: said } = own;
  const coverage = `labels for ${formatShare(own.labels / own.predictions)}`;
  return said.kind === 'classification'
    ? [{ name: 'Accuracy', value: formatShare(said.accuracy.value), aside: coverage }]
    : [{ name: 'RMSE', value: formatNumber(said.rmse.value), aside: coverage }];
}

function wayBack({ drills, at }: Dossier): Figure[] {
  const proven = isKnown(drills) ? drills.find(({ passed }) => passed) : undefined;
  if (!proven) return [];
  const took = proven.seconds === null ? '' : `in ${rounded(proven.seconds * 1_000)}`;
  return [{ name: 'Rollback proven', value: ago(proven.at, at), aside: took }];
}

function watch({ monitor, at }: Dossier): Figure[] {
  const status = isKnown(monitor) ? monitor.status : null;
  if (!status?.windowMs) return [];
  const last = status.last ? `last ended ${ago(status.last.at, at)}` : 'none yet';
  return [{ name: 'Watched every', value: rounded(status.windowMs), aside: last }];
}
