import { InvalidArgumentError, type Command } from 'commander';
import { addActFlags, messageOf, withRollouts, type ActFlags } from './common.ts';
import { parseDuration } from '../../domain/duration.ts';
import { usageFailure } from '../failure.ts';
import { parsePlace, shortPlace, type Place } from '../rollouts/place.ts';
import { renderMonitor, renderMonitors } from '../render/monitor.ts';
import { paint, type Terminal } from '../terminal.ts';

interface MonitorFlags extends ActFlags {
  readonly window?: string;
  readonly pause?: boolean;
  readonly resume?: boolean;
  readonly stop?: boolean;
}

/** Of a window, as the monitor takes them. */
const SHORTEST_MS = 1_000;
const LONGEST_MS = 86_400_000;

const VERBS = ['pause', 'resume', 'stop'] as const;

const SAID = {
  pause: 'pausing the watch; `--resume` lets it go on',
  resume: 'resuming the watch',
  stop: 'ending the watch; the next promotion begins another',
} as const;

export function addMonitor(program: Command, terminal: Terminal): void {
  const command = addActFlags(program.command('monitor'))
    .argument('<endpoint>', 'its name, or target and name: digits, prod-eu/digits', parsePlace)
    .description('watch what an endpoint serves, window by window; promotions begin it by themselves')
    .option('--window <length>', 'length of windows, instead of the one in the specification', parseLength)
    .option('--pause', 'judge no windows until --resume')
    .option('--resume', 'go on after a pause')
    .option('--stop', 'end the watch')
    .addHelpText(
      'after',
      `
Examples:
  slipway monitor digits
  slipway monitor digits --window 1m
  slipway monitor digits --pause --reason "load test until noon"
  slipway monitor status
  slipway monitor status digits`,
    )
    .action((place: Place, flags: MonitorFlags) => monitor(place, flags, terminal));
  command
    .command('status')
    .argument('[endpoint]', 'its name, or target and name; all that are watched when absent', parsePlace)
    .description('show what is watched and what is wrong with it')
    .option('--json', 'print it as JSON')
    // The parent's `--json` is the same flag, and takes it where both know it.
    .action((place: Place | undefined, _flags: unknown, own: Command) =>
      showMonitors(place, own.optsWithGlobals<{ json?: boolean }>(), terminal),
    );
}

async function monitor(place: Place, flags: MonitorFlags, { out }: Terminal): Promise<void> {
  const { by, window, json } = flags;
  const verbs = VERBS.filter((verb) => flags[verb]);
  const [verb] = verbs;
  if (verbs.length > 1) throw usageFailure(`--${verbs.join(' and --')} exclude each other: give one`);
  if (verb && window !== undefined) throw usageFailure(`--window goes with none of --${VERBS.join(', --')}`);
  await withRollouts((rollouts) =>
    verb
      ? rollouts.steerMonitor(place, verb, messageOf(flags))
      : rollouts.monitor(place, { by, ...(window !== undefined && { window }) }),
  );
  const name = shortPlace(place);
  if (json) out(`${JSON.stringify({ ...place, sent: verb ?? 'start' })}\n`);
  else
    out(
      `${paint.good('✓')} ${name}: ${verb ? SAID[verb] : `watched; \`slipway monitor status ${name}\` shows how it goes`}\n`,
    );
}

async function showMonitors(
  place: Place | undefined,
  { json }: { readonly json?: boolean },
  { out }: Terminal,
): Promise<void> {
  if (place) {
    const seen = await withRollouts((rollouts) => rollouts.lookAtMonitor(place));
    out(json ? `${JSON.stringify(seen)}\n` : renderMonitor(seen, Date.now()));
    return;
  }
  const seen = await withRollouts((rollouts) => rollouts.monitors());
  out(json ? `${JSON.stringify(seen)}\n` : renderMonitors(seen, Date.now()));
}

function parseLength(text: string): string {
  const wrong = () => new InvalidArgumentError('Write a length such as 30s, 5m or 1h: from 1s to 1d.');
  try {
    const ms = parseDuration(text);
    if (ms < SHORTEST_MS || ms > LONGEST_MS) throw wrong();
    return text;
  } catch {
    throw wrong();
  }
}
