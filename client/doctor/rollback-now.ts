import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { shortPlace, type Place } from '../rollouts/place.ts';
import { paint, type Terminal } from '../terminal.ts';
import type { NowAnswer } from './report.ts';
import { runWorkerProgram } from './worker-program.ts';

export interface NowRequest extends Place {
  readonly version?: string;
  readonly by: string;
  readonly reason: string;
}

/**
 * Rolls back with nothing but the serving target, and says what is left to do.
 *
 * @throws Failure `refused` when nothing was changed; with exit code 5 when the route was taken but not seen in force
 */
export async function rollbackNow(request: NowRequest, json: boolean, { out }: Terminal): Promise<void> {
  const answer = await runWorkerProgram<NowAnswer>('rollback-now.ts', request);
  if ('refused' in answer) throw new Failure(`not rolled back: ${answer.refused}`, { code: 'refused' });
  const { done } = answer;
  const name = shortPlace(request);
  if (json) out(`${JSON.stringify({ target: request.target, endpoint: request.endpoint, ...done })}\n`);
  if (!done.verified)
    throw new Failure(
      json
        ? ''
        : `${name} was told to serve ${done.serving} alone, but that was not seen in force in time: \`slipway status\` shows the serving host, which tries on`,
      { exitCode: EXIT.rollbackFailed, code: 'not_verified' },
    );
  if (json) return;
  out(`${paint.good('✓')} ${name} serves ${done.serving} alone (before: ${done.before}), read back and measured\n`);
  out('  ledger and registry do not know it yet: the janitor tells them once it can, or `slipway doctor --fix`\n');
  if (done.note) out(paint.dim(`  until then it is noted in ${done.note}\n`));
}
