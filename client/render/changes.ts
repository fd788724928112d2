import { describePending } from './pending.ts';
import { percent } from '../../domain/render-details.ts';
import { DECISIONS } from './verdict.ts';
import { phaseOf, type Sighting } from '../rollouts/sighting.ts';

/** The first tries fail for reasons that pass by themselves. */
const TELLING_ATTEMPT = 3;

/** What is new since the last look, one line each: for logs, where nothing can be redrawn. */
export function changesBetween(before: Sighting | null, after: Sighting): string[] {
  const lines: string[] = [];
  const note = (changed: boolean, line: string) => changed && lines.push(line);
  const [old, now] = [before?.status, after.status];
  note(before !== null && Boolean(old) && !now && !after.close, 'no worker answers; looking on');
  if (now) {
    for (const [index, { stage, state, detail }] of now.stages.entries())
      note(
        state !== 'waiting' && state !== old?.stages[index]?.state,
        `${stage}: ${state}${detail ? `, ${detail}` : ''}`,
      );
    for (const [index, { weight, state }] of now.steps.entries())
      note(state !== 'waiting' && state !== old?.steps[index]?.state, `canary ${percent(weight)}: ${state}`);
    note(now.waitingFor !== null && now.waitingFor !== old?.waitingFor, `waits for approval of ${now.waitingFor}`);
    note(old !== undefined && old !== null && now.paused !== old.paused, now.paused ? 'paused' : 'goes on');
  }
  for (const activity of after.pending) {
    const { type, attempt, lastFailure } = activity;
    const known = before?.pending.find((other) => other.type === type);
    const isNew = lastFailure !== known?.lastFailure || (known?.attempt ?? 0) < TELLING_ATTEMPT;
    note(attempt >= TELLING_ATTEMPT && isNew, describePending(activity));
  }
  const phase = phaseOf(after);
  const isStage = now?.stages.some(({ stage }) => stage === phase) ?? false;
  note(!isStage && phase !== (before && phaseOf(before)) && phase !== 'done', `now in ${phase}`);
  note(
    after.live !== null && after.live.decision !== before?.live?.decision,
    after.live ? `gate: ${DECISIONS[after.live.decision]}, ${after.live.summary}` : '',
  );
  return lines;
}
