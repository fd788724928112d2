import type { Dossier } from '../endpoint/dossier.ts';
import { isKnown } from '../overview.ts';
import { shortPlace } from '../rollouts/place.ts';
import { document } from './document.ts';
import { html, type Part } from './html.ts';
import { facts, section, told } from './parts.ts';
import { versionName } from '../../domain/ids.ts';
import { measuresSection } from './sections/measures.ts';
import { keyFigures } from './sections/figures.ts';
import { head, servingVersion } from './sections/head.ts';
import { incidentsSection } from './sections/incidents.ts';
import { productionSection } from './sections/production.ts';
import { qualitySection } from './sections/quality.ts';
import { retrainingSection } from './sections/retraining.ts';
import { rolloutSection } from './sections/rollout.ts';
import { runsSection } from './sections/runs.ts';
import { scheduled } from './sections/scheduled.ts';
import { servingSection } from './sections/serving.ts';
import { trafficSection } from './sections/traffic.ts';
import { watchSection } from './sections/watch.ts';
import { wayBackSection } from './sections/way-back.ts';

/** All that is known of an endpoint as one page that needs nothing else: no network, no script. */
export function endpointPage(seen: Dossier): string {
  const { target, endpoint, at, webUi } = seen;
  const serving = servingVersion(seen);
  const sections: readonly Part[] = [
    section(
      'Incidents',
      'What is wrong now',
      told(seen.monitor, (known) => incidentsSection(known, at)),
    ),
    section('Serving now', 'By the ledger', told(seen.serving, servingSection)),
    section(
      'In production',
      'By the ledger',
      told(seen.production, (known) => productionSection(known, at)),
    ),
    section(
      'Traffic',
      span(seen),
      told(seen.traffic, (known) => trafficSection(known, serving)),
    ),
    section(
      'Last rollout',
      lastRun(seen),
      told(seen.rollout, (known) => rolloutSection(known, at)),
    ),
    section(
      'Quality',
      'By labels of the last day’s predictions',
      told(seen.outcomes, (known) => qualitySection(known, serving)),
    ),
    section('Drift and use', 'As measured last, against its limits', told(seen.monitor, measuresSection)),
    section(
      'Watch',
      'What the monitor does',
      told(seen.monitor, (known) => watchSection(known, at)),
    ),
    section('Way back', 'The last rehearsals of rollback', [
      told(seen.drills, (known) => wayBackSection(known, seen, at)),
      facts([['schedule', scheduled(seen.schedules, 'drill')]]),
    ]),
    section('Retraining', 'Where new versions come from', retrainingSection(seen)),
    section(
      'Rollouts',
      'By the ledger',
      told(seen.runs, (known) => runsSection(known, seen, at, webUi)),
    ),
  ];
  return document({
    title: `${endpoint} on ${target}`,
    header: head(seen),
    main: html`${keyFigures(seen, serving)}${sections}`,
    footer: html`Written by <code>slipway status ${shortPlace(seen)} --html</code>. It shows what was known then and
      does not change; <code>slipway audit verify</code> shows whether the ledger is as it was written.`,
  });
}

function lastRun({ rollout }: Dossier): Part {
  if (!isKnown(rollout)) return null;
  const { attributes, close, type } = rollout;
  const of = attributes.candidate === null ? '' : ` of ${versionName(attributes.candidate)}`;
  return `The ${type}${of}${close === null ? ' is under way' : ''}`;
}

function span({ traffic }: Dossier): Part {
  if (!isKnown(traffic) || traffic.intervals.length === 0) return 'By sealed gate batches';
  return 'By sealed gate batches, over the last day at most';
}
