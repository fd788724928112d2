import { isFromBatches, verdictIn } from './ledger-verdict.ts';
import { questionsIn } from './question.ts';
import type { Decision, Verdict } from '../../domain/verdict.ts';
import type { HistoryRow } from '../ledger.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { PreflightFacts } from '../../domain/rollout-state.ts';
import type { Sighting } from '../rollouts/sighting.ts';

/** One gate, or the validation, and what it said. */
export interface ExplainedGate {
  /** `canary-10`; the stage's name where it has no steps. */
  readonly name: string;
  readonly stage: string;
  /** ISO 8601: when it said so; `null` while it is still watched, so that this is not its last word. */
  readonly at: string | null;
  /** Since the route was changed for it; `null` where it was not. */
  readonly tookMs: number | null;
  readonly verdict: Pick<Verdict, 'decision' | 'summary'> & Partial<Verdict>;
  /** Whether sealed batches of live traffic led to it, one after the other. */
  readonly sequential: boolean;
  /** The weight that passing would lead to, in parts per 10,000. */
  readonly nextWeight: number | null;
}

/** Chance of a false alarm: what a stage may use up, and the strongest evidence that its gates found. */
export interface AlphaShare {
  readonly stage: string;
  readonly alpha: number;
  readonly strongest: { readonly gate: string; readonly metric: string; readonly against: number } | null;
}

/** Why a rollout stands or ended as it did: what `slipway explain --json` prints, and its text is made of. */
export interface Explanation {
  readonly rollout: string;
  readonly target: string;
  readonly endpoint: string;
  readonly candidate: string | null;
  readonly stable: string | null;
  readonly startedAt: string;
  readonly by: string | null;
  /** `open` while the ledger has no end of it. */
  readonly outcome: Outcome | 'open';
  readonly endedAt: string | null;
  /** A code of reasons.ts. */
  readonly reason: string | null;
  readonly detail: string;
  readonly serving: string | null;
  readonly gates: readonly ExplainedGate[];
  readonly alpha: { readonly total: number; readonly stages: readonly AlphaShare[] } | null;
}

/** Reads an explanation off a rollout's rows of the ledger and, while it runs, a look at it. */
export function explain(rows: readonly [HistoryRow, ...HistoryRow[]], sighting: Sighting | null): Explanation {
  const [first] = rows;
  const started = detailOf(rows, 'RolloutStarted') as Partial<PreflightFacts>;
  const { snapshot } = detailOf(rows, 'PreflightPassed') as Partial<PreflightFacts>;
  const end = rows.findLast(({ stage }) => stage === 'done');
  const gates = [...recorded(rows), ...(end ? [] : liveGate(sighting, first.rolloutId))];
  return {
    rollout: first.rolloutId,
    target: first.target,
    endpoint: first.endpoint,
    candidate: started.candidate?.key ?? null,
    stable: snapshot?.stable?.key ?? null,
    startedAt: first.effectiveAt,
    by: first.actor.proof === 'system' ? null : first.actor.name,
    ...endingOf(end),
    gates,
    alpha: alphaOf(gates),
  };
}

/** Rows that repeat a gate's verdict on the way back are none of their own. */
function recorded(rows: readonly HistoryRow[]): ExplainedGate[] {
  const questions = questionsIn(rows);
  return rows.flatMap((row, index) => {
    const verdict = verdictIn(row);
    if (!verdict || ['rollback', 'rollback_failed', 'done'].includes(row.stage)) return [];
    const name = row.step ?? row.stage;
    const shifted = rows.slice(0, index).findLast(({ reason }) => reason === 'TrafficShifted');
    const own = shifted && (shifted.step === name || row.stage === 'soak') ? shifted : null;
    return [
      {
        name,
        stage: row.stage,
        at: row.effectiveAt,
        tookMs: own && Date.parse(row.effectiveAt) - Date.parse(own.effectiveAt),
        verdict,
        sequential: isFromBatches(verdict),
        nextWeight: questions.get(row.seq)?.nextWeight ?? null,
      },
    ];
  });
}

function liveGate(sighting: Sighting | null, rollout: string): ExplainedGate[] {
  const { status, live, close } = sighting ?? {};
  if (!status || !live || close || status.rolloutId !== rollout) return [];
  const step = status.steps.findLast(({ state }) => state === 'running');
  const name = status.phase === 'canary' && step ? `canary-${step.weight / 100}` : status.phase;
  return [{ name, stage: status.phase, at: null, tookMs: null, verdict: live, sequential: true, nextWeight: null }];
}

function endingOf(
  end: HistoryRow | undefined,
): Pick<Explanation, 'outcome' | 'endedAt' | 'reason' | 'detail' | 'serving'> {
  if (!end) return { outcome: 'open', endedAt: null, reason: null, detail: '', serving: null };
  const { outcome, reason, message, serving } = end.detail;
  return {
    outcome: outcome as Outcome,
    endedAt: end.effectiveAt,
    reason: text(reason),
    detail: text(message) ?? '',
    serving: text(serving),
  };
}

/** `null` for verdicts that do not say. */
function alphaOf(gates: readonly ExplainedGate[]): Explanation['alpha'] {
  const total = gates.findLast(({ verdict }) => verdict.alpha)?.verdict.alpha?.total;
  if (total === undefined) return null;
  const stages = [...new Set(gates.filter(({ verdict }) => verdict.alpha).map(({ stage }) => stage))];
  return {
    total,
    stages: stages.map((stage) => {
      const own = gates.filter((gate) => gate.stage === stage);
      const found = own.flatMap(({ name, verdict }) =>
        (verdict.metrics ?? [])
          .filter(({ version }) => version === undefined)
          .map(({ metric, against }) => ({ gate: name, metric, against })),
      );
      return {
        stage,
        alpha: own.findLast(({ verdict }) => verdict.alpha)?.verdict.alpha?.stage ?? 0,
        strongest: found.toSorted((a, b) => b.against - a.against)[0] ?? null,
      };
    }),
  };
}

/** What decided: the last gate that did not pass, else the last one. */
export function decidingGate({ gates }: Pick<Explanation, 'gates'>): ExplainedGate | null {
  const passed: readonly Decision[] = ['pass'];
  return gates.findLast(({ verdict }) => !passed.includes(verdict.decision)) ?? gates.at(-1) ?? null;
}

function detailOf(rows: readonly HistoryRow[], wanted: HistoryRow['reason']): HistoryRow['detail'] {
  return rows.find(({ reason }) => reason === wanted)?.detail ?? {};
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
