import { explain } from '../judge/explanation.ts';
import { advice } from '../render/explain-advice.ts';
import { Failure } from '../failure.ts';
import { lastRolloutOn, readRollout } from '../judge/read-rollout.ts';
import { parsePlace, type Place } from '../rollouts/place.ts';
import { parseRolloutId, rolloutNameOf } from '../rollouts/rollout-name.ts';
import { renderExplanation } from '../render/explain.ts';
import { withRollouts } from './common.ts';
import type { Command } from 'commander';
import type { RolloutName } from '../rollouts/rollout-name.ts';
import type { Sighting } from '../rollouts/sighting.ts';
import type { Terminal } from '../terminal.ts';

export function addExplain(program: Command, terminal: Terminal): void {
  program
    .command('explain')
    .argument('<rollout>', 'its id, or an endpoint for the last one there: local.digits.4, digits', parseWhich)
    .description('why a rollout ended or stands as it does: each gate, what it saw, how sure it was, what to do next')
    .option('--json', 'print it as JSON')
    .addHelpText('after', '\nExamples:\n  slipway explain digits\n  slipway explain local.digits.4 --json')
    .action(async (which: RolloutName | Place, { json }: { json?: boolean }) => {
      const name = 'id' in which ? which : parseRolloutId(await lastRolloutOn(which));
      const { rows } = await readRollout(name);
      const ended = rows.some(({ stage }) => stage === 'done');
      const [first, ...rest] = rows;
      if (!first) throw new Failure(`the ledger has nothing on ${name.id}`, { code: 'not_found' });
      const explanation = explain([first, ...rest], ended ? null : await lookAt(name));
      terminal.out(
        json ? `${JSON.stringify({ ...explanation, advice: advice(explanation) })}\n` : renderExplanation(explanation),
      );
    });
}

function parseWhich(text: string): RolloutName | Place {
  return rolloutNameOf(text) ?? parsePlace(text);
}

/** What the gate says now is worth a look, but the ledger explains without it. */
async function lookAt(place: Place): Promise<Sighting | null> {
  return withRollouts((rollouts) => rollouts.look(place)).catch(() => null);
}
