import type { Command } from 'commander';
import { addActFlags, addPlace, messageOf, withRollouts, type ActFlags } from './common.ts';
import { EXIT } from '../exit-codes.ts';
import { exitCodeFor } from '../rollouts/close.ts';
import { Failure } from '../failure.ts';
import { paint, type Terminal } from '../terminal.ts';
import { shortPlace, type Place } from '../rollouts/place.ts';
import { exitAs, watchRollout } from './watch.ts';

interface AbortFlags extends ActFlags {
  readonly wait?: boolean;
}

export function addAbort(program: Command, terminal: Terminal): void {
  addActFlags(addPlace(program.command('abort')))
    .description('stop a rollout and put all traffic back on the version that served before')
    .option('--wait', 'stay until traffic is back; ends with 0 then')
    .addHelpText('after', '\nExample:\n  slipway abort digits --reason "wrong version" --wait')
    .action((place: Place, flags: AbortFlags) => abort(place, flags, terminal));
}

async function abort(place: Place, flags: AbortFlags, terminal: Terminal): Promise<void> {
  const { json = false, wait = false } = flags;
  await withRollouts(async (rollouts) => {
    const runId = await rollouts.abort(place, messageOf(flags));
    const name = shortPlace(place);
    if (!json)
      terminal.out(
        `${paint.good('✓')} aborting ${name}; it goes back by itself, \`slipway get ${name} --watch\` shows it\n`,
      );
    if (!wait) {
      if (json) terminal.out(`${JSON.stringify({ ...place, sent: 'abort' })}\n`);
      return;
    }
    const last = await watchRollout(rollouts, place, { wait, json, runId }, terminal);
    const code = last && exitCodeFor(last);
    if (code === EXIT.ok)
      throw new Failure('it was promoted before the abort arrived; `slipway rollback` goes back', { code: 'too_late' });
    exitAs(last, EXIT.aborted);
  });
}
