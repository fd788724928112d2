import type { Command } from 'commander';
import { Failure } from '../failure.ts';
import { localTemporal } from './common.ts';
import { readAddresses } from '../stack/context.ts';
import { renderSetup } from '../render/setup.ts';
import { setUp } from '../setup/setup.ts';
import { slipwayHome } from '../../spec/home.ts';
import { StackFault } from '../stack/part.ts';
import type { Terminal } from '../terminal.ts';

export function addSetup(program: Command, { out }: Terminal): void {
  program
    .command('setup')
    .description('make your own Temporal and PostgreSQL ready for workers')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Brings the database's schema up to date; where they are missing, creates the namespace, registers the search attributes and
schedules the janitor.
Run it once, and again with each new release before its workers start; what is there already is left as it is.

  TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, …   as for Temporal's own CLI; the local stack's when absent
  DATABASE_URL                              the role that workers log in as
  SLIPWAY_DATABASE_OWNER_URL                the role that owns the schema; workers never need it

Examples:
  slipway setup
  TEMPORAL_ADDRESS=temporal:7233 DATABASE_URL=postgres://slipway@db/slipway slipway setup --json`,
    )
    .action(async ({ json }: { json?: boolean }) => {
      const { database, databaseOwner } = await readAddresses({ home: slipwayHome(), env: process.env });
      const place = { temporal: await localTemporal(), database, databaseOwner };
      const report = await setUp(place, process.env).catch(refuse);
      out(json ? `${JSON.stringify(report)}\n` : renderSetup(report));
    });
}

function refuse(error: unknown): never {
  if (error instanceof StackFault) throw new Failure(error.message, { code: 'setup', cause: error });
  throw error;
}
