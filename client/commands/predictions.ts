import { Option, type Command } from 'commander';
import { addPlace, parseCount } from './common.ts';
import { parseMoment } from './moment.ts';
import { ledgerDatabase } from '../audit/read.ts';
import { usageFailure } from '../failure.ts';
import { parseSlice } from '../predictions/filter.ts';
import { readPredictions, type LoggedPrediction } from '../predictions/read.ts';
import { CSV_HEADING, predictionLine, writePredictions, type PredictionFormat } from '../predictions/write.ts';
import { formatCount } from '../render/numbers.ts';
import { renderPredictions } from '../render/predictions.ts';
import type { Place } from '../rollouts/place.ts';
import type { Predicate } from '../../domain/predicate.ts';
import type { Terminal } from '../terminal.ts';

interface PredictionFlags {
  readonly since?: string;
  readonly until?: string;
  readonly version?: string;
  readonly arm?: string;
  readonly disagree?: boolean;
  readonly slice?: Predicate;
  readonly limit?: number;
  readonly format: 'table' | PredictionFormat;
  readonly output?: string;
}

/** Enough for a look; a file gets all of them. */
const LOOK = 50;

export function addPredictions(program: Command, terminal: Terminal): void {
  addPlace(program.command('predictions'))
    .description('show or export logged predictions, newest first, as they were redacted when they were logged')
    .option('--since <time>', 'from then on: 2026-11-24T08:31:00Z, or 2h for two hours ago', parseMoment)
    .option('--until <time>', 'before then', parseMoment)
    .option('--version <version>', 'answered by this registry number or full key')
    .option('--arm <version>', 'assigned to this version, whoever answered')
    .option('--disagree', 'only those that a mirrored version answered otherwise')
    .option('--slice <condition>', 'only those whose input it holds for, as in validate.slices', parseSlice)
    .addOption(new Option('--limit <count>', `most rows; ${LOOK}, or all with --output`).argParser(parseCount))
    .addOption(
      new Option('--format <format>', 'how to write them')
        .choices(['table', 'jsonl', 'csv', 'parquet'])
        .default('table'),
    )
    .option('-o, --output <file>', 'write to a file instead; its ending is the format')
    .addHelpText(
      'after',
      `
Examples:
  slipway predictions digits --since 1h --version 8
  slipway predictions digits --disagree --slice "country = 'DE' AND age >= 30"
  slipway predictions prod-eu/demand --since 2026-11-01T00:00:00Z --output november.parquet`,
    )
    .action(async (place: Place, { limit, format, output, ...filter }: PredictionFlags) => {
      const wanted = { ...place, ...filter };
      if (output !== undefined) {
        const count = await exported(wanted, output, limit ?? Infinity, format);
        terminal.out(`${formatCount(count)} predictions in ${output}\n`);
        return;
      }
      if (format === 'parquet') throw usageFailure('Parquet goes to a file: add --output predictions.parquet');
      if (format === 'csv') terminal.out(CSV_HEADING);
      const shown: LoggedPrediction[] = [];
      await readPredictions(await ledgerDatabase(), wanted, limit ?? LOOK, (page) => {
        if (format === 'table') shown.push(...page);
        else terminal.out(page.map((each) => predictionLine(format, each)).join(''));
      });
      if (format === 'table') terminal.out(renderPredictions(shown, terminal.isScreen ? terminal.columns : Infinity));
    });
}

type Wanted = Parameters<typeof readPredictions>[1];

async function exported(
  filter: Wanted,
  file: string,
  limit: number,
  format: PredictionFlags['format'],
): Promise<number> {
  const ending = /\.(jsonl|csv|parquet)$/.exec(file)?.[1] as PredictionFormat | undefined;
  const wanted = format === 'table' ? ending : format;
  if (wanted === undefined)
    throw usageFailure(`${file}: end it in .jsonl, .csv or .parquet, or say --format, so that its format is clear`);
  const database = await ledgerDatabase();
  const writer = await writePredictions(file, wanted);
  try {
    const count = await readPredictions(database, filter, limit, (page) => writer.add(page));
    await writer.end();
    return count;
  } catch (error) {
    await writer.discard();
    throw error;
  }
}
