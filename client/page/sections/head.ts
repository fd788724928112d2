import { phaseOf } from '../../rollouts/sighting.ts';
import { percent } from '../../../domain/render-details.ts';
import { isKnown } from '../../overview.ts';
import type { Dossier } from '../../endpoint/dossier.ts';
import { html, type Html, type Part } from '../html.ts';
import { state } from '../parts.ts';
import { lasted, moment, spaced } from '../words.ts';
import { versionName } from '../../../domain/ids.ts';

/** The endpoint's name, what serves, and whether anything is wrong, in two sentences. */
export function head(seen: Dossier): Html {
  const { target, endpoint, at } = seen;
  return html`<header>
    <p class="over">Endpoint on ${target}</p>
    <h1>${endpoint}</h1>
    <p class="lead">${lead(seen)}</p>
    <p class="states">${states(seen)}</p>
    <p class="asked">As of ${moment(at)}</p>
  </header>`;
}

/** The version with most of the live traffic; `null` where none has any, or nobody knows. */
export function servingVersion({ serving }: Dossier): string | null {
  const arms = isKnown(serving) ? (serving.serving?.arms ?? []) : [];
  return arms.toSorted((a, b) => b.weight - a.weight)[0]?.version ?? null;
}

function lead({ serving, production, at }: Dossier): Part {
  if (!isKnown(serving)) return 'What serves is not known.';
  const arms = serving.serving?.arms ?? [];
  const [first] = arms;
  if (!first) return 'Nothing serves here.';
  if (arms.length > 1)
    return `${arms.map(({ version, weight }) => `${percent(weight)} of live traffic on ${versionName(version)}`).join(', ')}.`;
  const reign = isKnown(production) ? production.reigns.at(-1) : undefined;
  const name = first.pinned ? `Version ${first.pinned.version} of ${first.pinned.model}` : first.version;
  const since = reign?.version === first.version ? `, and has been in production for ${lasted(reign.from, at)}` : '';
  return `${name} serves all live traffic${since}.`;
}

function states({ rollout, monitor, drills }: Dossier): Part {
  const found: Part[] = [];
  if (isKnown(rollout) && rollout.close === null)
    found.push(state('warn', `${rollout.type} under way: ${spaced(phaseOf(rollout))}`));
  if (!isKnown(monitor) || monitor.state !== 'RUNNING') found.push(state('warn', 'not watched'));
  else if (monitor.status !== null) {
    const open = monitor.status.incidents.length;
    if (open > 0) found.push(state('bad', `${open} open ${open === 1 ? 'incident' : 'incidents'}`));
    else found.push(state('good', 'no open incident'));
    if (monitor.status.paused) found.push(state('warn', 'watch paused'));
  }
  if (isKnown(drills)) {
    const last = drills.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at))[0];
    if (!last) found.push(state('warn', 'rollback never rehearsed'));
    else if (last.passed === null) found.push(state('warn', 'rollback could not be rehearsed'));
    else found.push(last.passed ? state('good', 'rollback proven') : state('bad', 'rollback failed its drill'));
  }
  return found;
}
