import { Option, type Command } from 'commander';
import { addPlace, parseCount } from './common.ts';
import { Failure } from '../failure.ts';
import { readAddresses } from '../stack/context.ts';
import { readHistory } from '../ledger.ts';
import { renderTimeline } from '../render/timeline.ts';
import { slipwayHome } from '../../spec/home.ts';
import type { Place } from '../rollouts/place.ts';
import type { Terminal } from '../terminal.ts';

interface HistoryFlags {
  readonly rollout?: string;
  readonly limit: number;
  readonly json?: boolean;
}

export function addHistory(program: Command, terminal: Terminal): void {
  addPlace(program.command('history'))
    .description('what happened on an endpoint, who caused it and why, from the ledger')
    .option('--rollout <id>', 'only this rollout, such as local.digits.4')
    .addOption(new Option('--limit <count>', 'the latest so many entries').default(100).argParser(parseCount))
    .option('--json', 'print the ledger rows as JSON, evidence included')
    .addHelpText(
      'after',
      '\nExamples:\n  slipway history digits\n  slipway history digits --rollout local.digits.4 --json',
    )
    .action((place: Place, flags: HistoryFlags) => history(place, flags, terminal));
}

async function history(place: Place, { json, limit, rollout }: HistoryFlags, { out }: Terminal): Promise<void> {
  const { database } = await readAddresses({ home: slipwayHome(), env: process.env });
  if (!database)
    throw new Failure('no database is known: start the local stack with `slipway up`, or set DATABASE_URL', {
      code: 'no_database',
    });
  const rows = await readHistory(database, { ...place, limit, ...(rollout === undefined ? {} : { rollout }) });
  if (rows.length === 0 && !json)
    throw new Failure(`the ledger has nothing on ${place.target}/${place.endpoint}`, { code: 'not_found' });
  out(json ? `${JSON.stringify(rows)}\n` : renderTimeline(rows));
}
