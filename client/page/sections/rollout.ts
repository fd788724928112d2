import type { StageStatus } from '../../../domain/rollout-state.ts';
import type { MetricEvidence, Verdict } from '../../../domain/verdict.ts';
import {
  DECISION_WORDS,
  asideOf,
  boundOf,
  isAbsolute,
  metricName,
  seenOf,
  standingOf,
} from '../../render/metric-words.ts';
import { formatCount } from '../../render/numbers.ts';
import type { Sighting } from '../../rollouts/sighting.ts';
import { html, type Html, type Part } from '../html.ts';
import { note, sentence, state } from '../parts.ts';
import { table } from '../table.ts';
import { lasted } from '../words.ts';

/** The rollout under way or the last one: how far it came, and what its gate says of each metric. */
export function rolloutSection({ status, live, close, closedAt, type }: Sighting, at: string): Part {
  if (status === null) return note(sentence('No worker answered; `slipway up` starts one.'));
  const { stages, lastVerdict, waitingFor } = status;
  const verdict = close === null && live ? live : lastVerdict;
  return [
    waitingFor !== null && html`<p>${state('warn', 'waits')} for approval of <code>${waitingFor}</code></p>`,
    type !== 'rollback' &&
      table(
        'Stages',
        stages.filter(({ startedAt, state: is }) => startedAt !== null || is !== 'waiting'),
        [
          { title: 'stage', of: ({ stage }) => stage },
          { title: 'state', of: (row) => stateOf(row, close !== null), whole: true },
          {
            title: 'took',
            of: ({ startedAt, endedAt }) => startedAt && lasted(startedAt, endedAt ?? closedAt ?? at),
            whole: true,
          },
          { title: 'detail', of: ({ detail }) => detail },
        ],
      ),
    verdict && gate(verdict, close === null),
  ];
}

const STATES: Readonly<Record<StageStatus['state'], readonly ['good' | 'warn' | 'bad' | 'plain', string]>> = {
  passed: ['good', 'passed'],
  running: ['warn', 'under way'],
  failed: ['bad', 'failed'],
  undecided: ['warn', 'undecided'],
  skipped: ['plain', 'skipped'],
  waiting: ['plain', 'waiting'],
};

/** A workflow that failed or was terminated had no time to say so. */
function stateOf({ state: is }: StageStatus, isClosed: boolean): Html {
  return state(...STATES[isClosed && is === 'running' ? 'failed' : is]);
}

const KINDS: Readonly<Record<Verdict['decision'], 'good' | 'warn' | 'bad'>> = {
  pass: 'good',
  fail: 'bad',
  inconclusive: 'warn',
  error: 'bad',
};

function gate(verdict: NonNullable<Sighting['live']>, isOpen: boolean): Part {
  const { decision, summary, samples, metrics = [] } = verdict;
  const seen = samples
    ? `, on ${formatCount(samples.candidate)} requests of the candidate and ${formatCount(samples.stable)} of stable`
    : '';
  const absolute = isAbsolute(metrics);
  return [
    html`<p>${state(KINDS[decision], DECISION_WORDS[decision])} ${summary}</p>`,
    metrics.length > 0 &&
      table(`${isOpen ? 'The gate now' : 'The last gate'}${seen}`, metrics, [
        { title: 'metric', of: metricName },
        { title: 'candidate', of: ({ candidate, unit }) => seenOf(candidate, unit), figure: true },
        { title: 'stable', of: ({ stable, unit }) => stable !== null && seenOf(stable, unit), figure: true },
        { title: 'held against', of: (metric) => boundOf(metric, absolute) },
        { title: 'stands', of: standing, whole: true },
      ]),
  ];
}

const STANDINGS = { pass: 'good', fail: 'bad', undecided: 'warn' } as const;

function standing(evidence: MetricEvidence): Part {
  const { metric, decision, required } = evidence;
  const aside = asideOf(metric);
  if (aside !== null) return aside;
  return [state(STANDINGS[decision], standingOf(evidence)), !required && html` <span class="none">not needed</span>`];
}
