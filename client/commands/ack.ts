import type { Command } from 'commander';
import { addActFlags, addPlace, messageOf, withRollouts, type ActFlags } from './common.ts';
import { paint, type Terminal } from '../terminal.ts';
import { shortPlace, type Place } from '../rollouts/place.ts';

export function addAck(program: Command, terminal: Terminal): void {
  addActFlags(addPlace(program.command('ack')).argument('[incident]', 'its name, such as errors-3; all when absent'))
    .description('take an incident on: it is told again only if it comes back')
    .addHelpText(
      'after',
      '\nExamples:\n  slipway ack digits\n  slipway ack digits errors-3 --reason "upstream is down"',
    )
    .action(async (place: Place, incident: string | undefined, flags: ActFlags) => {
      const request = { ...messageOf(flags), ...(incident !== undefined && { incident }) };
      const taken = await withRollouts((rollouts) => rollouts.acknowledge(place, request));
      terminal.out(
        flags.json
          ? `${JSON.stringify({ ...place, acknowledged: taken })}\n`
          : `${paint.good('✓')} ${shortPlace(place)}: ${taken.join(', ') || 'what is open'} taken on by ${flags.by}\n`,
      );
    });
}
