import type { Command } from 'commander';
import { addPlace } from './common.ts';
import { parseMoment } from './moment.ts';
import { ledgerDatabase } from '../audit/read.ts';
import { usageFailure } from '../failure.ts';
import { readOutcomes } from '../outcomes/status.ts';
import { parseSlice } from '../predictions/filter.ts';
import { renderOutcomes } from '../render/outcomes.ts';
import type { Place } from '../rollouts/place.ts';
import type { Predicate } from '../../domain/predicate.ts';
import type { Terminal } from '../terminal.ts';

interface StatusFlags {
  readonly since?: string;
  readonly until?: string;
  readonly slice?: Predicate;
  readonly json?: boolean;
}

const USUAL = '24h';

export function addOutcomesStatus(outcomes: Command, terminal: Terminal): void {
  addPlace(outcomes.command('status'))
    .description('how many predictions of each version have a label, how late labels come, and what they say')
    .option(
      '--since <time>',
      `predictions from then on: 2026-11-24T08:31:00Z, 7d for a week ago; ${USUAL}`,
      parseMoment,
    )
    .option('--until <time>', 'predictions before then; now when absent', parseMoment)
    .option('--slice <condition>', 'quality of those alone whose input it holds for, as in validate.slices', parseSlice)
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      `
Coverage is of the predictions that are logged. Accuracy, precision, recall and F1 where labels are classes; MSE, MAE and R²
where they are measurements: numbers, at least one of them with a fraction.

Examples:
  slipway outcomes status digits
  slipway outcomes status prod-eu/demand --since 7d --slice "country = 'DE'" --json`,
    )
    .action(async (place: Place, { json, ...flags }: StatusFlags) => {
      const { since = parseMoment(USUAL), until = new Date().toISOString(), slice } = flags;
      if (since >= until) throw usageFailure(`--since ${since} is not before --until ${until}`);
      const found = await readOutcomes(await ledgerDatabase(), { ...place, since, until, slice });
      terminal.out(json ? `${JSON.stringify(found)}\n` : renderOutcomes(found));
    });
}
