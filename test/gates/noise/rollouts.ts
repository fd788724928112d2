import type { BatchLine, CalibrationLine, JudgeConfig, JudgeReply } from '../../../gates/session/protocol.ts';
import type { Session } from '../../../gates/session/session.ts';
import { binomial, latency, random } from '../support/random.ts';
import { DEFAULT_CONFIG } from '../../../bench/gates/default-config.ts';
import { calibrate, judgeBatch, openSession } from '../../../gates/session/session.ts';
import { repeat } from './support.ts';

/** What sessions are asked: the same as in the benchmark. */
export const CONFIG: JudgeConfig = DEFAULT_CONFIG;

/** How an arm is in one batch. */
export interface Arm {
  readonly errors: number;
  readonly medianMs: number;
  readonly wrong?: number;
}

export const GOOD: Arm = { errors: 0.005, medianMs: 80 };
export const LABELLED: Arm = { ...GOOD, wrong: 0.1 };

export interface Traffic {
  readonly candidate: (t: number) => Arm;
  readonly stable?: (t: number) => Arm;
  readonly perBatch?: number;
  readonly paired?: boolean;
  readonly batches?: number;
}

/** Minutes of a rollout in which a fifth of the requests go to the candidate. */
export function lines(
  seed: number,
  { candidate, stable = () => GOOD, perBatch = 600, paired, batches = 60 }: Traffic,
): BatchLine[] {
  const next = random(seed);
  return repeat(batches, (i) => {
    const n = binomial(next, perBatch, 0.2);
    return {
      t: i + 1,
      weight: 0.2,
      stable: armLine(next, perBatch - n, stable(i + 1)),
      candidate: armLine(next, n, candidate(i + 1)),
      ...(paired && {
        paired: {
          n: 200,
          stable_only_wrong: binomial(next, 200, 0.03),
          candidate_only_wrong: binomial(next, 200, 0.03),
        },
      }),
    };
  });
}

function armLine(next: () => number, n: number, { errors, medianMs, wrong }: Arm): BatchLine['stable'] {
  return {
    n,
    errors: binomial(next, n, errors),
    latencies_ms: repeat(n, () => latency(next, medianMs)),
    ...(wrong !== undefined && { labels: { n, correct: n - binomial(next, n, wrong) } }),
  };
}

export function windows(
  seed: number,
  replicas = 4,
  arm: (window: number) => Arm = () => GOOD,
  count = 10,
): CalibrationLine[] {
  const next = random(seed);
  return repeat(count, (i) => ({
    type: 'calibration',
    t: i - count,
    replicas: repeat(replicas, () => armLine(next, 150, arm(i))),
  }));
}

/** A server in trouble in every fourth window. */
export const hiccup = (window: number): Arm => (window % 4 === 3 ? { errors: 0.15, medianMs: 160 } : GOOD);

export interface Told {
  readonly config?: JudgeConfig;
  readonly calibration?: readonly CalibrationLine[];
}

/** What becomes of a session between two lines. */
export interface Trip {
  readonly between?: (session: Session) => Session;
}

export interface Played {
  readonly replies: readonly JudgeReply[];
  readonly states: readonly Session[];
}

export function play(
  batches: readonly BatchLine[],
  { config = CONFIG, calibration = [], between = (session) => session }: Told & Trip = {},
): Played {
  let session = calibration.reduce((known, line) => between(calibrate(known, line)), openSession(config));
  const [replies, states]: [JudgeReply[], Session[]] = [[], []];
  for (const line of batches) {
    const judged = judgeBatch(session, line);
    session = between(judged.session);
    replies.push(judged.reply);
    states.push(judged.session);
  }
  return { replies, states };
}

export type Outcome = { readonly after: number; readonly decision: JudgeReply['decision'] };

/** After how many batches it is over, and how. */
export function decide(batches: readonly BatchLine[], { config = CONFIG, calibration = [] }: Told = {}): Outcome {
  let session = calibration.reduce(calibrate, openSession(config));
  for (const [i, line] of batches.entries()) {
    const judged = judgeBatch(session, line);
    session = judged.session;
    if (judged.reply.decision !== 'continue') return { after: i + 1, decision: judged.reply.decision };
  }
  return { after: batches.length, decision: 'continue' };
}

export const full = (seed: number, candidate: Arm = LABELLED, batches = 60): BatchLine[] =>
  lines(seed, { candidate: () => candidate, stable: () => LABELLED, paired: true, batches });
