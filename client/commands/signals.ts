import type { Command } from 'commander';
import { addActFlags, addPlace, messageOf, withRollouts, type ActFlags } from './common.ts';
import { paint, type Terminal } from '../terminal.ts';
import { shortPlace, type Place } from '../rollouts/place.ts';

interface SignalCommand {
  readonly verb: 'pause' | 'resume';
  readonly description: string;
  readonly done: (place: string) => string;
}

const PAUSE: SignalCommand = {
  verb: 'pause',
  description: 'hold a rollout at its present weight; its gate is still watched and can still roll back',
  done: (place) => `pausing ${place}; \`slipway resume ${place}\` lets it go on`,
};

const RESUME: SignalCommand = {
  verb: 'resume',
  description: 'let a paused rollout go on',
  done: (place) => `resuming ${place}`,
};

/** Both are taken by the server even while no worker is up. */
export function addPauseAndResume(program: Command, terminal: Terminal): void {
  for (const { verb, description, done } of [PAUSE, RESUME]) {
    addActFlags(addPlace(program.command(verb)))
      .description(description)
      .addHelpText('after', `\nExample:\n  slipway ${verb} digits --reason "on-call asked"`)
      .action(async (place: Place, flags: ActFlags) => {
        await withRollouts((rollouts) => rollouts[verb](place, messageOf(flags)));
        terminal.out(
          flags.json
            ? `${JSON.stringify({ ...place, sent: verb })}\n`
            : `${paint.good('✓')} ${done(shortPlace(place))}\n`,
        );
      });
  }
}
