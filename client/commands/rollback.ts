import { Option, type Command } from 'commander';
import { addActFlags, addPlace, messageOf, parseTime, withRollouts, type ActFlags } from './common.ts';
import type { RollbackStyle } from '../../domain/rollout-state.ts';
import { EXIT } from '../exit-codes.ts';
import { usageFailure } from '../failure.ts';
import { rollbackNow } from '../doctor/rollback-now.ts';
import { paint, type Terminal } from '../terminal.ts';
import { shortPlace, type Place } from '../rollouts/place.ts';
import { exitAs, watchRollout } from './watch.ts';

interface RollbackFlags extends ActFlags {
  readonly to?: string;
  /** What `--to` was called first. */
  readonly version?: string;
  readonly style?: RollbackStyle;
  readonly for?: number;
  readonly wait?: boolean;
  readonly now?: boolean;
}

export function addRollback(program: Command, terminal: Terminal): void {
  addActFlags(addPlace(program.command('rollback')))
    .description('put an endpoint back on a version that served before, without gates')
    .option('--to <version>', 'registry version or @alias; the one before the present champion when absent')
    .addOption(new Option('--version <number>').hideHelp())
    .addOption(
      new Option('--style <style>', 'how; see below')
        .choices(['immediate', 'gradual', 'to-shadow'])
        .default('immediate'),
    )
    .option('--for <time>', 'how long it takes to step back (10m), or copies of requests go on (30m)', parseTime)
    .option('--wait', 'stay until traffic is back; ends with 0 then')
    .option('--now', 'without a workflow: needs the serving target alone, for when Temporal or PostgreSQL is down')
    .addHelpText(
      'after',
      `
A version whose server still answers gets the traffic at once; any other is deployed and checked against its own example first.

  immediate   all traffic at once
  gradual     half of it, nine tenths, all; each step is compared with the version that leaves. Should the one to go back to
              prove worse, it loses the traffic again (exit code 4)
  to-shadow   all traffic at once; the version that leaves goes on getting copies of requests, for diagnosis

\`slipway abort\` finishes a gradual one at once, and ends the copies; so does the next \`slipway start\` with these.
While a rollout runs on the endpoint, going back from it is \`slipway abort\`. With --now the route is taken from it: all
traffic goes to a version that is deployed and healthy, of a split route the stable one. Janitor or \`slipway doctor --fix\`
write it to ledger and registry once these can be reached.

Examples:
  slipway rollback digits --wait
  slipway rollback digits --to 6 --reason "complaints since noon"
  slipway rollback digits --style gradual --for 30m --wait
  slipway rollback digits --now`,
    )
    .action((place: Place, flags: RollbackFlags) => rollback(place, flags, terminal));
}

async function rollback(place: Place, flags: RollbackFlags, terminal: Terminal): Promise<void> {
  const { json = false, wait = false, to: version = flags.version } = flags;
  if (flags.version !== undefined && flags.version !== version)
    throw usageFailure(`--to ${version} and --version ${flags.version} name two versions: give one`);
  if (flags.now) {
    const { by, reason = 'rolled back without a workflow' } = flags;
    return rollbackNow({ ...place, by, reason, ...(version === undefined ? {} : { version }) }, json, terminal);
  }
  const { style = 'immediate', for: forMs } = flags;
  if (forMs !== undefined && style === 'immediate')
    throw usageFailure('--for is for the styles gradual and to-shadow: an immediate rollback takes no time');
  await withRollouts(async (rollouts) => {
    const runId = await rollouts.rollback({
      ...place,
      ...messageOf(flags),
      style,
      ...(forMs === undefined ? {} : { forMs }),
      ...(version === undefined ? {} : { version }),
    });
    const name = shortPlace(place);
    if (!json) terminal.out(`${paint.good('✓')} rolling ${name} back; \`slipway get ${name} --watch\` shows it\n`);
    else if (!wait) terminal.out(`${JSON.stringify({ ...place, runId })}\n`);
    if (!wait) return;
    // Having rolled back is what was asked for.
    exitAs(await watchRollout(rollouts, place, { wait, json, runId }, terminal), EXIT.rolledBack);
  });
}
