import { ActivityFailure, setHandler } from '@temporalio/workflow';
import type { NoticeFacts } from '../domain/notice.ts';
import { limitsOfBefore, type AftermathInput, type AftermathStatus } from '../domain/aftermath.ts';
import type { GateQuestion } from '../domain/gate-question.ts';
import type { Reason } from '../domain/reasons.ts';
import { FULL_WEIGHT } from '../domain/route.ts';
import type { Verdict } from '../domain/verdict.ts';
import { Journal } from './journal.ts';
import { aftermathQuery } from './messages.ts';
import { quick, watching } from './proxies.ts';

/**
 * Looks at a version that has its traffic back, for a stated time, and says so if it serves worse than it did before.
 *
 * It touches no route and holds no lock: the next rollout need not wait for it.
 */
export async function aftermath(input: AftermathInput): Promise<AftermathStatus> {
  const { plan, rolloutId, version, watchMs } = input;
  const { target, endpoint } = plan;
  const until = new Date(Date.now() + watchMs).toISOString();
  let status: AftermathStatus = { state: 'watching', version, summary: '', until };
  setHandler(aftermathQuery, () => status, { description: 'How the version serves that has its traffic back.' });
  const question = await questionOf(input);
  const verdict = await watch(input, question);
  const state = stateOf(verdict);
  const summary = verdict?.summary ?? 'nobody could watch it';
  status = { ...status, state, summary };
  const journal = new Journal({ target, endpoint, rolloutId }, input.ledgerSequence);
  const detail = { message: summary, version, question };
  journal.note({ stage: 'done', step: 'aftermath', reason: REASON[state], detail, evidence: verdict });
  if (state === 'worse') await tell(input, summary);
  await journal.flushed();
  return status;
}

const REASON: Readonly<Record<Exclude<AftermathStatus['state'], 'watching'>, Reason>> = {
  'as before': 'ServesAsBefore',
  worse: 'ServesWorse',
  unknown: 'AftermathUnknown',
};

function stateOf(verdict: Verdict | null): keyof typeof REASON {
  if (verdict?.decision === 'fail') return 'worse';
  return verdict?.decision === 'pass' ? 'as before' : 'unknown';
}

/** `null` when no worker takes it, or none comes to an end with it. */
async function watch({ plan, version, watchMs }: AftermathInput, question: GateQuestion): Promise<Verdict | null> {
  const { target, endpoint, maxBlindMs } = plan;
  const options = {
    summary: `${version} with its traffic back`,
    scheduleToStartTimeout: watchMs + maxBlindMs,
    heartbeatTimeout: '25s',
  } as const;
  const request = { target, endpoint, question, mode: 'window', limitMs: watchMs, maxBlindMs } as const;
  try {
    const watched = await watching.watchGate.executeWithOptions(options, [
      { ...request, from: null, entries: [], notices: null },
    ]);
    return watched.verdict;
  } catch (error) {
    if (error instanceof ActivityFailure) return null;
    throw error;
  }
}

/** The gate of a soak, which looks at one version alone, with the figures from before as its limits. */
async function questionOf({ plan, gates, epoch, sequence, version }: AftermathInput): Promise<GateQuestion> {
  const { target, endpoint } = plan;
  const usual = await quick.readUsual.executeWithOptions({ summary: `how ${version} served before` }, [
    { target, endpoint, epoch, sequence, version },
  ]);
  const limits = limitsOfBefore(usual, gates);
  return {
    stage: 'soak',
    candidate: version,
    stable: null,
    plan: { ...gates, limits },
    shadow: null,
    epoch,
    stageSequence: sequence,
    stepSequence: sequence,
    weight: FULL_WEIGHT,
    nextWeight: FULL_WEIGHT,
    minDurationMs: 0,
    alphaShare: 1,
  };
}

/** That people cannot be told holds nothing up: the ledger and `get` say it too. */
async function tell({ plan, rolloutId, version, left }: AftermathInput, summary: string): Promise<void> {
  const facts: NoticeFacts = { rolloutId, plan, candidate: { key: left }, snapshot: { stable: { key: version } } };
  const detail = `${version} has its traffic back and serves worse than it did before: ${summary}`;
  await quick.notify
    .executeWithOptions({ summary: `alert: ${version} serves worse` }, [
      { facts, event: 'serves_worse', reason: 'ServesWorse', detail },
    ])
    .catch(() => undefined);
}
