import { FULL_WEIGHT, splitRoute, weightOf } from '../domain/route.ts';
import type { Verdict } from '../domain/verdict.ts';
import { watchWindow, type Gate } from './gate.ts';
import type { Run } from './run.ts';

/** What the version gets to which a rollback leads, step by step, in parts per 10,000; then all. */
const STEPS = [5_000, 9_000];

/**
 * Gives traffic back in steps, each compared with the version that leaves; the verdict that stopped it, or `null` once all of
 * the traffic may move: at the end, or at once when a person does not want to wait.
 *
 * Missing evidence stops nothing: a person wants to be away from the one that leaves.
 */
export async function stepBack(run: Run, leaving: string, forMs: number): Promise<Verdict | null> {
  const { controls, journal } = run;
  const { sticky } = run.facts.snapshot.route;
  const hurry = () => controls.stop !== null || controls.endSoak;
  const stageSequence = run.sequence + 1;
  for (const weight of STEPS) {
    if (hurry()) return null;
    const step = `back-${weight / 100}`;
    await run.shift('rollback', step, splitRoute(leaving, run.candidate, weight, sticky));
    const gate = gateOf(run, leaving, { name: step, weight, stageSequence });
    const watched = await watchWindow(run, gate, forMs / STEPS.length, null, hurry).catch(() => null);
    if (watched?.verdict.decision !== 'fail') continue;
    const { verdict } = watched;
    const detail = { summary: verdict.summary, question: gate.question };
    journal.note({ stage: 'rollback', step, reason: 'GateFailed', detail, evidence: verdict });
    return verdict;
  }
  return null;
}

/** Whether all traffic is on one version that has a server: only from there it can be stepped back. */
export function canStepBack({ facts, candidate }: Run): boolean {
  const { stable, route } = facts.snapshot;
  return stable !== null && stable.key !== candidate && weightOf(route, stable.key) === FULL_WEIGHT;
}

function gateOf(
  run: Run,
  leaving: string,
  { name, weight, stageSequence }: { name: string; weight: number; stageSequence: number },
): Gate {
  const { plan, epoch } = run.facts;
  return {
    stage: 'canary',
    name,
    maxDurationMs: 0,
    onInconclusive: 'promote',
    question: {
      stage: 'canary',
      candidate: run.candidate,
      stable: leaving,
      plan: plan.gates,
      shadow: null,
      epoch,
      stageSequence,
      stepSequence: run.sequence,
      weight,
      nextWeight: FULL_WEIGHT,
      minDurationMs: 0,
    },
  };
}
