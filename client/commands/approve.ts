import type { Command } from 'commander';
import { addActFlags, addPlace, messageOf, withRollouts, type ActFlags } from './common.ts';
import { Failure } from '../failure.ts';
import { paint, type Terminal } from '../terminal.ts';
import type { Place } from '../rollouts/place.ts';
import type { RolloutClient } from '../rollout-client.ts';

export function addApprove(program: Command, terminal: Terminal): void {
  addActFlags(addPlace(program.command('approve')))
    .argument('[gate]', 'as `get` names it: canary, canary-10, full; the one that waits when absent')
    .description('let a gate that waits for a person pass')
    .addHelpText('after', '\nExamples:\n  slipway approve digits\n  slipway approve digits canary-10 --by anna')
    .action(async (place: Place, gate: string | undefined, flags: ActFlags) => {
      const answer = await withRollouts(async (rollouts) => {
        const named = gate ?? (await waitingGate(rollouts, place));
        return rollouts.approve(place, { ...messageOf(flags), gate: named });
      });
      terminal.out(flags.json ? `${JSON.stringify({ ...place, answer })}\n` : `${paint.good('✓')} ${answer}\n`);
    });
}

async function waitingGate(rollouts: RolloutClient, place: Place): Promise<string> {
  const { status, close } = await rollouts.look(place);
  if (status?.waitingFor) return status.waitingFor;
  if (status === null && close === null)
    throw new Failure(
      'no worker answers, so it is not known which gate waits: start one with `slipway up`, or name the gate',
      { code: 'unknown' },
    );
  throw new Failure(`nothing waits for approval on ${place.target}/${place.endpoint}`, { code: 'refused' });
}
