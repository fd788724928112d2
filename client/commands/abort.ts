import type { Command } from 'commander';
import { addActFlags, addPlace, messageOf, withRollouts, type ActFlags } from './common.ts';
import { EXIT } from '../exit-codes.ts';
import { exitCodeFor } from '../rollouts/close.ts';
import { Failure, silentExit } from '../failure.ts';
import { paint, type Terminal } from '../terminal.ts';
import { shortPlace, type Place } from '../rollouts/place.ts';
import { watchRollout } from './watch.ts';

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
    await rollouts.abort(place, messageOf(flags));
    const name = shortPlace(place);
    if (!json)
      terminal.out(
        `${paint.good('✓')} aborting ${name}; it goes back by itself, \`slipway get ${name} --watch\` shows it\n`,
      );
    if (!wait) {
      if (json) terminal.out(`${JSON.stringify({ ...place, sent: 'abort' })}\n`);
      return;
    }
    await untilAborted(() => watchRollout(rollouts, place, { wait, json }, terminal));
    const code = exitCodeFor(await rollouts.look(place));
    if (code === EXIT.ok)
      throw new Failure('it was promoted before the abort arrived; `slipway rollback` goes back', { code: 'too_late' });
    if (code !== EXIT.aborted && code !== null) throw silentExit(code);
  });
}

/** What is a failure elsewhere is what was asked for here. */
async function untilAborted(watch: () => Promise<void>): Promise<void> {
  await watch().catch((error: unknown) => {
    if (!(error instanceof Failure && error.message === '')) throw error;
  });
}
