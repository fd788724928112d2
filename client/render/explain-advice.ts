import { aboutTime } from './explain-words.ts';
import { decidingGate, type Explanation } from '../judge/explanation.ts';
import { shortPlace } from '../rollouts/place.ts';
import { titleOf } from './explain-metric.ts';
import { versionNumber } from '../../domain/ids.ts';

/** What to do next, each a sentence with the command to type. */
export function advice(explanation: Explanation): string[] {
  const place = shortPlace(explanation);
  switch (explanation.outcome) {
    case 'open':
      return [
        `it is under way: \`slipway get ${place} --watch\` shows it, \`slipway abort ${place}\` stops and undoes it`,
      ];
    case 'promoted':
      return [`nothing is left to do; \`slipway rollback ${place}\` would go back by hand`];
    case 'aborted':
      return ['it was stopped from outside, which says nothing about the candidate: start it again when it may run'];
    case 'held':
      return held(explanation, place);
    case 'rolled_back':
      return rolledBack(explanation, place);
  }
}

/** By the code of why it ended. */
function rolledBack(explanation: Explanation, place: string): string[] {
  switch (explanation.reason) {
    case 'GateFailed':
    case 'LimitExceeded':
      return [...culprits(explanation).map((metric) => remedy(metric, explanation, place)), again(explanation)];
    case 'TestLost':
      return [
        `users bring less with it: ${testedIn(explanation)}; look at what those users were answered`,
        again(explanation),
      ];
    case 'TestUseless':
      return [
        'it does no harm and gains too little: lower `ab.metrics[0].minEffect` if less is worth having, or keep what serves',
      ];
    case 'OtherArmWon':
      return [
        `roll the arm out that won: \`slipway start\` with its version in place of the candidate's; it was in no canary yet`,
      ];
    case 'ValidationFailed':
      return [
        'look at the rows and slices named above: the candidate is worse on them before any user meets it',
        again(explanation),
      ];
    case 'SkewFound':
      return [
        'compare how features are made in training and when serving: the endpoint does not give what training logged',
      ];
    case 'NotEnoughEvidence':
      return undecided(explanation);
    default:
      return [`\`slipway history ${place} --rollout ${explanation.rollout}\` has every step and what became of it`];
  }
}

function held(explanation: Explanation, place: string): string[] {
  switch (explanation.reason) {
    case 'NotEnoughEvidence':
      return undecided(explanation);
    case 'NoData':
      return [
        `no request reached the candidate: see that clients call the gateway of ${explanation.target}/${explanation.endpoint}, then start again`,
      ];
    case 'SplitMismatch':
      return [
        'traffic was not split as the route says, so nothing was proved: `slipway status` shows whether the data plane is well',
      ];
    case 'EvidenceUnreachable':
      return [
        'the evidence could not be read, which says nothing about the candidate: `slipway status` shows each part; start again when all are well',
      ];
    case 'RiskBudgetSpent':
      return [
        'it could not be proved harmless within the bad responses that it may cost: raise `risk.badExposure`, or mend what the gate above had against it',
      ];
    case 'ApprovalTimedOut':
      return [`nobody approved in time: start again, and answer with \`slipway approve ${place}\``];
    default:
      return [`\`slipway history ${place} --rollout ${explanation.rollout}\` has every step and what became of it`];
  }
}

/** The slowest metric says how much longer it would have taken. */
function undecided(explanation: Explanation): string[] {
  const gate = decidingGate(explanation);
  if (gate?.stage === 'ab')
    return [
      'no difference was proved in time: raise `ab.maxDuration`, or `ab.percent` towards 50; a difference half as large takes four times as many users',
      'where no difference is good enough, `ab.onUndecided: promote` lets it go on',
    ];
  const open = (gate?.verdict.metrics ?? []).filter(({ decision, required }) => required && decision === 'undecided');
  const times = open.map(({ needs }) => needs?.ms ?? null);
  const longest = times.every((ms) => ms !== null) ? Math.max(0, ...times) : 0;
  const stage = gate?.stage === 'shadow' ? 'shadow' : 'canary';
  return [
    ...(longest > 0
      ? [
          `give it time: ${aboutTime(longest)} more would have done; raise \`${stage}.maxDuration\`, or set \`${stage}.onInconclusive: extend\``,
        ]
      : []),
    `raise the weight of the step, widen the margin of ${open.map(({ metric }) => titleOf(metric)).join(', ') || 'what stayed open'}, or bring more traffic`,
    '`slipway plan -f <spec>` says beforehand what each stage needs',
  ];
}

/** Metrics on which it failed, the gate's own list first. */
function culprits(explanation: Explanation): string[] {
  const verdict = decidingGate(explanation)?.verdict;
  const failed = (verdict?.metrics ?? [])
    .filter(({ decision, version }) => decision === 'fail' && version === undefined)
    .map(({ metric }) => metric);
  return [...(verdict?.culprits ?? failed)];
}

function testedIn(explanation: Explanation): string {
  return culprits(explanation).map(titleOf).join(', ') || 'see the metrics above';
}

function remedy(metric: string, { candidate, endpoint, target }: Explanation, place: string): string {
  const number = candidate === null ? '<version>' : versionNumber(candidate);
  if (metric.startsWith('latency') || metric === 'firstToken')
    return `${titleOf(metric)}: profile the candidate under load; \`slipway logs ${place} --version ${number}\` shows what its server wrote`;
  switch (metric) {
    case 'accuracy':
    case 'paired':
    case 'precision':
    case 'recall':
    case 'f1':
    case 'mse':
    case 'mae':
      return `${titleOf(metric)}: compare predictions of both versions with the labels that came for ${target}/${endpoint}, by slice`;
    case 'outputTokens':
      return `${titleOf(metric)}: if the candidate is meant to say so much more, raise \`gates.outputTokens.margin\`; else compare what both answer to the same requests`;
    case 'disagreement':
      return `${titleOf(metric)}: if the candidate is meant to differ so often, raise \`shadow.maxDisagreement\`; else compare the answers`;
    case 'drift':
      return `${titleOf(metric)}: if the candidate is meant to answer so differently, raise \`gates.drift.margin\`; else compare what both answer to the same requests`;
    default:
      return `${titleOf(metric)}: \`slipway logs ${place} --version ${number}\` shows what the candidate's server wrote`;
  }
}

function again({ candidate }: Explanation): string {
  return `then register the mended model and start its rollout; ${candidate ?? 'the candidate'} stays in the registry`;
}
