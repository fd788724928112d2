import type { Command } from 'commander';
import { addActFlags, addPlace, messageOf, withRollouts, type ActFlags } from './common.ts';
import { paint, type Terminal } from '../terminal.ts';
import type { Place } from '../rollouts/place.ts';

export function addPromote(program: Command, terminal: Terminal): void {
  addActFlags(addPlace(program.command('promote')))
    .description('skip the remaining canary steps, on your own judgement')
    .addHelpText('after', '\nExample:\n  slipway promote digits --reason "hotfix, checked by hand"')
    .action(async (place: Place, flags: ActFlags) => {
      const answer = await withRollouts((rollouts) => rollouts.promote(place, messageOf(flags)));
      terminal.out(flags.json ? `${JSON.stringify({ ...place, answer })}\n` : `${paint.good('✓')} ${answer}\n`);
    });
}
