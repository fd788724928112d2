import type { Decision, Judge, Procedure } from '../procedures/procedure.ts';
import type { JudgeConfig } from '../../../gates/session/protocol.ts';
import type { Scenario } from '../sim/scenario.ts';
import { HORIZON } from '../sim/scenario.ts';
import { SimulatedRun } from '../sim/run.ts';
import { calibrationOf } from '../sim/calibration.ts';

/** What a procedure did in one run. */
export interface Outcome {
  /** `continue`: undecided at the end; `hold`: undecided, and taken back. */
  readonly decision: Decision;
  /** The minute of the decision, from 1; the horizon where undecided. */
  readonly minute: number;
  /** Share of the hour's requests that the candidate served from the fault's onset to its end; from a promotion on, all of them. */
  readonly exposure: number;
}

/** Which runs: they depend on the seed, the scenario's name and the run's number alone. */
export interface Trial {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly run: number;
  readonly config: JudgeConfig;
  /** Calibration windows before the run. */
  readonly windows: number;
}

/** Lets every procedure judge the same simulated rollout; one that steers the weight gets its own, of the same seed. */
export function play(trial: Trial, procedures: readonly Procedure[]): Outcome[] {
  const { scenario, seed, run, config, windows } = trial;
  const calibration = calibrationOf(scenario, seed, run, windows);
  const judges = procedures.map((each) => each.open(config, calibration));
  const fixed = judges.filter((judge) => typeof judge === 'function');
  const outcomes = watch(trial, fixed);
  return judges.flatMap((judge) =>
    typeof judge === 'function'
      ? outcomes.slice(fixed.indexOf(judge), fixed.indexOf(judge) + 1)
      : watch(trial, [judge.look], judge.weight),
  );
}

/** One simulated rollout under the eyes of several judges, until each has decided. */
function watch({ scenario, seed, run }: Trial, judges: readonly Judge[], weight?: () => number): Outcome[] {
  const simulated = new SimulatedRun(scenario, seed, run);
  const ends = judges.map((): End => ({ decision: 'continue', minute: HORIZON }));
  const candidate: number[] = [];
  for (let t = 1; t <= HORIZON && ends.some(({ decision }) => decision === 'continue'); t += 1) {
    const batch = simulated.next(weight?.());
    candidate.push(batch.candidate.n);
    judges.forEach((judge, i) => {
      if (ends[i]?.decision !== 'continue') return;
      ends[i] = { decision: judge(batch), minute: t };
    });
  }
  const onset = scenario.fault?.onset ?? 0;
  return ends.map((end) => ({ ...end, exposure: exposureOf(simulated.requests, candidate, onset, end) }));
}

type End = Pick<Outcome, 'decision' | 'minute'>;

function exposureOf(
  requests: readonly number[],
  candidate: readonly number[],
  onset: number,
  { decision, minute }: End,
): number {
  let [all, exposed] = [0, 0];
  requests.forEach((n, i) => {
    const t = i + 1;
    all += n;
    if (t <= onset) return;
    if (t <= minute) exposed += candidate[i] ?? 0;
    else if (decision === 'promote') exposed += n;
  });
  return exposed / all;
}
