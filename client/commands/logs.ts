import { Option, type Command } from 'commander';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseCount } from './common.ts';
import { parseMoment } from './moment.ts';
import { parseTopic, type Topic } from '../logs/topic.ts';
import { createReading, type LogQuery } from '../logs/read.ts';
import { Failure, usageFailure } from '../failure.ts';
import { isAboutEndpoints, localSources, redactedFields, stackSecrets, type LogSource } from '../logs/sources.ts';
import { LEVELS, type Level } from '../logs/text-line.ts';
import { LOG_PARTS, type LogLine, type LogPart } from '../logs/line.ts';
import { renderLogLine } from '../render/logs.ts';
import { remoteLogs } from '../logs/remote.ts';
import { readTarget } from '../serving.ts';
import { slipwayHome } from '../../spec/home.ts';
import type { Terminal } from '../terminal.ts';

interface LogFlags {
  readonly version?: string;
  readonly part?: LogPart;
  readonly since?: string;
  readonly level?: Level;
  readonly lines?: number;
  readonly follow?: boolean;
  readonly json?: boolean;
}

const LINES = 100;
const FOLLOW_MS = 500;

export function addLogs(program: Command, terminal: Terminal): void {
  program
    .command('logs')
    .argument(
      '[what]',
      'an endpoint (digits, prod-eu/digits), a version (digits:8) or a rollout (local.digits.4)',
      parseTopic,
    )
    .description('show what worker, serving host, capture and model servers wrote of it, in the order of time')
    .option('--version <version>', 'only of this registry number or full key')
    .addOption(new Option('--part <part>', 'only what this one wrote').choices(LOG_PARTS))
    .option('--since <time>', 'from then on: 2026-11-24T08:31:00Z, or 2h for two hours ago', parseMoment)
    .addOption(new Option('--level <level>', 'this and worse').choices(LEVELS))
    .addOption(
      new Option('-n, --lines <count>', `the last so many lines; ${LINES}, or all with --since`).argParser(parseCount),
    )
    .option('-f, --follow', 'go on with what is written, until it is interrupted')
    .option('--json', 'print each line as a JSON object')
    .addHelpText(
      'after',
      `
Fields that the prediction log blanks, passwords, tokens and keys are left out.

Examples:
  slipway logs local.digits.4
  slipway logs digits:8 --part model --level warn
  slipway logs digits --since 2h --follow
  slipway logs --part worker -n 20`,
    )
    .action((topic: Topic | undefined, flags: LogFlags) => logs(topic, flags, terminal));
}

async function logs(topic: Topic | undefined, flags: LogFlags, { out }: Terminal): Promise<void> {
  const { part, since, follow, json, lines = since === undefined ? LINES : Infinity } = flags;
  const wanted = { place: null, rollout: null, version: null, ...topic };
  const version = flags.version ?? wanted.version;
  if (!topic && version === null && !part)
    throw usageFailure(`name an endpoint, a version or a rollout, or --part with one of ${LOG_PARTS.join(', ')}`);
  const query: LogQuery = { ...wanted, ...flags, version };
  const home = slipwayHome();
  const { sources, redacted } = await sourcesOf(query, home);
  const read = createReading(sources, query, { redacted, known: await stackSecrets(home) });
  const print = (found: readonly LogLine[]) =>
    out(found.map((line) => `${json ? JSON.stringify(line) : renderLogLine(line)}\n`).join(''));
  const first = await read();
  if (first.length === 0 && !follow && !json)
    throw new Failure(`no log here says anything of that: logs are kept under ${home} and turned over as they grow`, {
      code: 'not_found',
    });
  print(lines === Infinity ? first : first.slice(-lines));
  while (follow) {
    await sleep(FOLLOW_MS);
    print(await read());
  }
}

/** The logs that may tell of it, and the fields to leave out of them. */
async function sourcesOf(
  { place, part }: LogQuery,
  home: string,
): Promise<{ readonly sources: readonly LogSource[]; readonly redacted: readonly string[] }> {
  const isElsewhere = place !== null && (await readTarget(place.target)).url !== null;
  const remote = isElsewhere ? await remoteLogs(place) : null;
  const local = (await localSources(home)).filter(({ origin }) =>
    // Of an endpoint elsewhere, only the worker here may know something.
    remote ? origin.part === 'worker' : part !== undefined || isAboutEndpoints(origin.part),
  );
  return {
    sources: [...local, ...(remote?.sources ?? [])],
    redacted: [...(await redactedFields(home)), ...(remote?.redacted ?? [])],
  };
}
