import type { Command } from 'commander';
import { ledgerDatabase } from '../audit/read.ts';
import { overview } from '../overview.ts';
import { renderOverview } from '../render/overview.ts';
import { parsePlace, type Place } from '../rollouts/place.ts';
import { withRollouts } from './common.ts';
import { addStackFlags, showStatus, type StackFlags } from './stack.ts';
import type { Terminal } from '../terminal.ts';

export function addStatus(program: Command, terminal: Terminal): void {
  addStackFlags(program.command('status'))
    .argument('[endpoint]', 'its name, or target and name; the stack when absent', parsePlace)
    .description(
      'show the health, address, process and memory of each part of the stack, and when rollback was last proven; of an endpoint, all that is known',
    )
    .addHelpText(
      'after',
      `
Of the stack it ends with 0 when every part is healthy, else with 1.

Examples:
  slipway status
  slipway status digits`,
    )
    .action((place: Place | undefined, flags: StackFlags) =>
      place ? showEndpoint(place, flags, terminal) : showStatus(flags, terminal),
    );
}

async function showEndpoint(place: Place, { json }: StackFlags, { out }: Terminal): Promise<void> {
  const seen = await withRollouts((rollouts) => overview(place, rollouts, ledgerDatabase));
  out(json ? `${JSON.stringify({ ...place, ...seen })}\n` : renderOverview(place, seen, Date.now()));
}
