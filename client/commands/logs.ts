import { Option, type Command } from 'commander';
import { open, stat } from 'node:fs/promises';
import { parseCount } from './common.ts';
import { Failure, usageFailure } from '../failure.ts';
import { parsePlace, type Place } from '../rollouts/place.ts';
import { pathsUnder } from '../stack/paths.ts';
import { PARTS, type PartName } from '../stack/part.ts';
import { servingOf } from '../serving.ts';
import { slipwayHome } from '../../spec/home.ts';
import { versionNumber } from '../../domain/ids.ts';
import type { Terminal } from '../terminal.ts';

interface LogFlags {
  readonly version?: string;
  readonly part?: PartName;
  readonly lines: number;
  readonly json?: boolean;
}

/** Enough for the longest answer that is asked for in practice. */
const TAIL_BYTES = 1_000_000;

export function addLogs(program: Command, terminal: Terminal): void {
  program
    .command('logs')
    .argument('[endpoint]', 'whose model server: digits, prod-eu/digits', parsePlace)
    .description("show what a version's model server, or a part of the local stack, wrote")
    .option('--version <version>', 'registry number or full key; the newest server when absent')
    .addOption(new Option('--part <part>', 'a part of the local stack instead').choices(PARTS))
    .addOption(new Option('-n, --lines <count>', 'the last so many lines').default(100).argParser(parseCount))
    .option('--json', 'print the lines as a JSON list')
    .addHelpText('after', '\nExamples:\n  slipway logs digits --version 8\n  slipway logs --part worker -n 20')
    .action(async (place: Place | undefined, flags: LogFlags) => {
      const text = await readLogs(place, flags);
      terminal.out(
        flags.json ? `${JSON.stringify(text.trimEnd().split('\n'))}\n` : text.endsWith('\n') ? text : `${text}\n`,
      );
    });
}

async function readLogs(place: Place | undefined, { part, version, lines }: LogFlags): Promise<string> {
  if (part) return tail(pathsUnder(slipwayHome()).log(part), lines);
  if (!place) throw usageFailure(`name an endpoint, or --part with one of ${PARTS.join(', ')}`);
  const serving = await servingOf(place.target);
  const { versions } = await serving.endpoint(place.endpoint);
  const newestFirst = versions.toSorted((a, b) => (b.startedAt ?? '').localeCompare(a.startedAt ?? ''));
  const chosen = newestFirst.find(
    ({ key }) => version === undefined || key === version || versionNumber(key) === version,
  );
  if (!chosen)
    throw new Failure(
      `${place.target}/${place.endpoint} has no server of version ${version ?? 'any'}; it has ${versions.map(({ key }) => key).join(', ') || 'none'}`,
      { code: 'not_found' },
    );
  return serving.logs(place.endpoint, chosen.key, lines);
}

async function tail(file: string, lines: number): Promise<string> {
  const { size } = await stat(file).catch(() => {
    throw new Failure(`there is no log ${file}: the part was not started here`, { code: 'not_found' });
  });
  const handle = await open(file);
  try {
    const start = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(size - start), position: start });
    return buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n').slice(-lines).join('\n');
  } finally {
    await handle.close();
  }
}
