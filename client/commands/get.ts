import type { Command } from 'commander';
import { addPlace, withRollouts } from './common.ts';
import { renderTree } from '../render/tree.ts';
import { sightingJson } from '../rollouts/close.ts';
import { exitAs, watchRollout } from './watch.ts';
import type { Place } from '../rollouts/place.ts';
import type { Terminal } from '../terminal.ts';

interface GetFlags {
  readonly watch?: boolean;
  readonly wait?: boolean;
  readonly json?: boolean;
}

export function addGet(program: Command, terminal: Terminal): void {
  addPlace(program.command('get'))
    .description('show what runs, or ran last, on an endpoint')
    .option('--watch', 'go on showing it until it has ended')
    .option('--wait', 'stay until it has ended; the exit code says how, as with `start --wait`')
    .option('--json', 'print what is known as JSON')
    .addHelpText(
      'after',
      `
Examples:
  slipway get digits
  slipway get digits --watch
  slipway get prod-eu/digits --wait --json`,
    )
    .action((place: Place, flags: GetFlags) => get(place, flags, terminal));
}

async function get(
  place: Place,
  { watch = false, wait = false, json = false }: GetFlags,
  terminal: Terminal,
): Promise<void> {
  await withRollouts(async (rollouts) => {
    if (watch || wait) {
      const last = await watchRollout(rollouts, place, { wait, json }, terminal);
      if (wait) exitAs(last);
      return;
    }
    const sighting = await rollouts.look(place);
    const tree = () => renderTree(sighting, { now: Date.now(), measured: null }).join('\n');
    terminal.out(`${json ? sightingJson(sighting) : tree()}\n`);
  });
}
