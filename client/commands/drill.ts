import { InvalidArgumentError, Option, type Command } from 'commander';
import { addActFlags, addPlace, messageOf, parseInterval, parseTime, withRollouts, type ActFlags } from './common.ts';
import {
  DRILL_WITHIN_MS,
  drillFaults,
  exposureSeconds,
  FAULTS,
  MOST_DRILL_WEIGHT,
  type DrillResult,
  type FaultKind,
} from '../../domain/drill.ts';
import { formatDuration } from '../../domain/duration.ts';
import { paint, type Terminal } from '../terminal.ts';
import { shortPlace, type Place } from '../rollouts/place.ts';
import { silentExit, usageFailure } from '../failure.ts';
import { EXIT } from '../exit-codes.ts';
import { watchRollout } from './watch.ts';

interface DrillFlags extends ActFlags {
  readonly fault: FaultKind;
  readonly version?: string;
  /** Parts per 10,000. */
  readonly weight?: number;
  readonly mirrored?: boolean;
  readonly within: number;
  readonly wait?: boolean;
  readonly every?: string;
}

export function addDrill(program: Command, terminal: Terminal): void {
  addActFlags(addPlace(program.command('drill')))
    .description('rehearse rollback: roll a faulty copy of what serves out, and see that it is taken back in time')
    .option('--fault <kind>', FAULTS.join(', '), parseFault, 'errors')
    .option(
      '--version <number>',
      'of a version that served here, of which the copy is made; the one that serves when absent',
    )
    .option('--mirrored', 'only copies of requests reach the faulty copy; the default')
    .option('--weight <percent>', 'live traffic that reaches it, at most 1 %', parseWeight)
    .addOption(
      new Option('--within <time>', 'in which it has to be found and taken back')
        .argParser(parseTime)
        .default(DRILL_WITHIN_MS, formatDuration(DRILL_WITHIN_MS)),
    )
    .addOption(
      new Option('--every <time>', 'hold one so often instead of now: 7d').argParser(parseInterval).conflicts('wait'),
    )
    .option('--wait', 'stay until it has ended; 0 when rollback was proven, else 1')
    .addHelpText(
      'after',
      `
The copy answers the gateway's requests with the fault, and is judged by the gates of the endpoint's last rollout. With live traffic
errors and a dead server cost users nothing, since stable answers them; late and wrong answers reach them.
With --every Temporal holds it at its times, and lets one go by where something else has the endpoint: see slipway schedule.

Examples:
  slipway drill digits --wait
  slipway drill digits --fault latency
  slipway drill digits --version 3
  slipway drill digits --every 7d
  slipway drill digits --fault dead --weight 1% --within 1m --wait`,
    )
    .action((place: Place, flags: DrillFlags) => drill(place, flags, terminal));
}

async function drill(place: Place, flags: DrillFlags, terminal: Terminal): Promise<void> {
  const { fault, version, weight = 0, mirrored = false, within: withinMs, wait = false, json = false } = flags;
  if (mirrored && weight > 0) throw usageFailure('--mirrored and --weight are two kinds of drill: give one');
  if (flags.every !== undefined) return schedule(place, { ...flags, every: flags.every }, terminal);
  await withRollouts(async (rollouts) => {
    const input = { ...place, ...messageOf(flags), fault, ...(version !== undefined && { version }), weight, withinMs };
    const runId = await rollouts.drill(input);
    const name = shortPlace(place);
    const exposed = exposureSeconds({ weight, withinMs });
    const reach = exposed === 0 ? 'no user meets it' : `users meet at most ${exposed} s worth of requests of it`;
    if (!json)
      terminal.out(
        `${paint.good('✓')} a drill is held on ${name}: ${fault} within ${formatDuration(withinMs)}; ${reach}\n`,
      );
    else if (!wait) terminal.out(`${JSON.stringify({ ...place, runId, exposureSeconds: exposed })}\n`);
    if (!wait) return;
    const last = await watchRollout(rollouts, place, { wait: false, json, runId }, terminal);
    const close = last?.close;
    const result = close?.kind === 'outcome' ? (close.result as DrillResult | null) : null;
    if (result?.passed !== true) throw silentExit(EXIT.unexpected);
  });
}

async function schedule(
  place: Place,
  { every, fault, version, weight = 0, within: withinMs, json, ...flags }: DrillFlags & { readonly every: string },
  { out }: Terminal,
): Promise<void> {
  const input = { ...place, fault, ...(version !== undefined && { version }), weight, withinMs };
  // What only the endpoint knows is asked at each time.
  const faults = drillFaults(input, { retry: true });
  if (faults.length > 0) throw usageFailure(faults.join('; '));
  const scheduled = { kind: 'drill' as const, ...input, ...messageOf(flags) };
  await withRollouts((rollouts) => rollouts.setSchedule(scheduled, { every }, flags.by));
  const name = shortPlace(place);
  const told = `${paint.good('✓')} rollback of ${name} is rehearsed every ${every}; \`slipway schedule list\` shows when next\n`;
  out(json ? `${JSON.stringify({ ...input, every })}\n` : told);
}

function parseFault(text: string): FaultKind {
  const found = FAULTS.find((kind) => kind === text);
  if (!found) throw new InvalidArgumentError(`There is no fault ${text}; there are ${FAULTS.join(', ')}.`);
  return found;
}

function parseWeight(text: string): number {
  const percent = Number(text.replace(/\s*%$/, ''));
  const most = MOST_DRILL_WEIGHT / 100;
  if (!(percent > 0 && percent <= most))
    throw new InvalidArgumentError(`A drill takes more than 0 and at most ${most} %.`);
  return Math.max(1, Math.round(percent * 100));
}
