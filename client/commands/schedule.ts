import { Option, type Command } from 'commander';
import { addBy, addPlace, parseInterval, withRollouts } from './common.ts';
import { paint, type Terminal } from '../terminal.ts';
import { renderSchedules } from '../render/schedules.ts';
import { SCHEDULE_KINDS, type ScheduleChange, type ScheduleKind } from '../schedules/schedules.ts';
import { shortPlace, type Place } from '../rollouts/place.ts';
import { usageFailure } from '../failure.ts';

export function addSchedule(program: Command, terminal: Terminal): void {
  const schedule = program
    .command('schedule')
    .description('retrain endpoints, or rehearse their rollback, at set times')
    .helpCommand(false)
    .addHelpText(
      'after',
      '\nExamples:\n  slipway schedule list\n  slipway schedule pause digits\n\nEach has more: slipway schedule set --help',
    );
  addSet(schedule, terminal);
  schedule
    .command('list')
    .description('list all schedules, with when they are due next')
    .option('--json', 'print them as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const found = await withRollouts((rollouts) => rollouts.schedules());
      terminal.out(json ? `${JSON.stringify(found)}\n` : renderSchedules(found));
    });
  addChange(schedule, terminal, 'pause', 'let its times go by until it is resumed');
  addChange(schedule, terminal, 'resume', 'go on after a pause');
  addChange(schedule, terminal, 'delete', 'remove it; what is under way goes on');
}

interface SetFlags {
  readonly every?: string;
  readonly cron?: string;
  readonly timezone?: string;
  readonly by: string;
  readonly json?: boolean;
}

function addSet(schedule: Command, terminal: Terminal): void {
  addBy(addPlace(schedule.command('set')))
    .description('have an endpoint retrained at set times, or change them; for drills: slipway drill --every')
    .addOption(new Option('--every <time>', 'so often: 12h, 7d').argParser(parseInterval).conflicts('cron'))
    .option('--cron <line>', 'by a cron line: "0 3 * * 1"')
    .option('--timezone <name>', 'of the cron line; UTC when absent')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
At each time the endpoint is retrained by the specification of its last rollout, cool-down or not; never twice at once, and
the new version waits while anything else has the endpoint. With --every the first time is that long from now.

Examples:
  slipway schedule set digits --every 7d
  slipway schedule set prod-eu/digits --cron "0 3 * * 1" --timezone Europe/Berlin`,
    )
    .action(async (place: Place, { every, cron, timezone, by, json }: SetFlags) => {
      if ((every === undefined) === (cron === undefined))
        throw usageFailure('say when: slipway schedule set digits --every 7d, or --cron "0 3 * * 1"');
      if (every !== undefined && timezone !== undefined) throw usageFailure('--timezone goes with --cron alone');
      const when = every === undefined ? { cron: cron ?? '', ...(timezone !== undefined && { timezone }) } : { every };
      await withRollouts((rollouts) => rollouts.setSchedule({ kind: 'retrain', ...place }, when, by));
      const name = shortPlace(place);
      terminal.out(
        json
          ? `${JSON.stringify({ ...place, ...when })}\n`
          : `${paint.good('✓')} ${name} is retrained ${every === undefined ? `at ${cron}` : `every ${every}`}; \`slipway schedule list\` shows when next\n`,
      );
    });
}

function addChange(schedule: Command, terminal: Terminal, change: ScheduleChange, what: string): void {
  addBy(addPlace(schedule.command(change)))
    .description(what)
    .addOption(new Option('--of <kind>', 'which one, where it has two').choices(SCHEDULE_KINDS))
    .option('--json', 'print the result as JSON')
    .action(async (place: Place, { of, by, json }: { of?: ScheduleKind; by: string; json?: boolean }) => {
      const note = `${change} by ${by}`;
      const kind = await withRollouts((rollouts) =>
        rollouts.changeSchedule({ ...place, kind: of ?? null }, change, note),
      );
      const done = { pause: 'is paused', resume: 'goes on', delete: 'is gone' }[change];
      terminal.out(
        json
          ? `${JSON.stringify({ ...place, kind })}\n`
          : `${paint.good('✓')} the schedule of ${shortPlace(place)} (${kind}) ${done}\n`,
      );
    });
}
