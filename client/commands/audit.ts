import { InvalidArgumentError, type Command } from 'commander';
import { auditAt, ledgerDatabase, ledgerPlaces } from '../audit/read.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure, silentExit, usageFailure } from '../failure.ts';
import { isIntact, verifyLedgers } from '../audit/verify.ts';
import { parsePlace, type Place } from '../rollouts/place.ts';
import { renderServing } from '../render/audit-at.ts';
import { renderAudit } from '../render/audit.ts';
import type { Terminal } from '../terminal.ts';

export function addAudit(program: Command, terminal: Terminal): void {
  const audit = program
    .command('audit')
    .description('ask the ledger: whether it is as it was written, and what served at a time')
    .helpCommand(false)
    .addHelpText(
      'after',
      '\nExamples:\n  slipway audit verify digits\n  slipway audit at 2026-11-24T08:31:00Z digits\n\nEach has more: slipway audit verify --help',
    );
  addVerify(audit, terminal);
  addAt(audit, terminal);
}

interface VerifyFlags {
  readonly all?: boolean;
  readonly json?: boolean;
}

function addVerify(audit: Command, terminal: Terminal): void {
  audit
    .command('verify')
    .argument('[endpoint]', 'its name, or target and name: digits, prod-eu/digits', parsePlace)
    .description('compute the ledger again, row by row, and hold it against the heads noted in the registry')
    .option('--all', 'every endpoint')
    .option('--json', 'print what was found as JSON')
    .addHelpText(
      'after',
      `
Finds a row that was changed, removed or moved, and an end that was cut off behind the last rollout. Ends with 0 when all
is as it was written, with 1 when something was found or the registry could not be asked.

Examples:
  slipway audit verify digits
  slipway audit verify --all --json`,
    )
    .action(async (place: Place | undefined, { all, json }: VerifyFlags) => {
      if ((place === undefined) === (all === undefined))
        throw usageFailure('name an endpoint, or all with --all: slipway audit verify digits');
      const report = await verifyLedgers(place ?? null);
      const intact = report.registryFault === null && report.ledgers.every(isIntact);
      terminal.out(json ? `${JSON.stringify({ intact, ...report })}\n` : renderAudit(report));
      if (!intact) throw silentExit(EXIT.unexpected);
    });
}

function addAt(audit: Command, terminal: Terminal): void {
  audit
    .command('at')
    .argument(
      '<time>',
      'ISO 8601; without a zone it is local time: 2026-11-24T08:31:00Z, "2026-11-24 08:31"',
      parseTime,
    )
    .argument('[endpoint]', 'its name, or target and name; every endpoint when absent', parsePlace)
    .description('what served at that time, on which evidence, and who let it in')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  slipway audit at 2026-11-24T08:31:00Z digits\n  slipway audit at "2026-11-24 08:31" --json',
    )
    .action(async (at: string, place: Place | undefined, { json }: { json?: boolean }) => {
      const database = await ledgerDatabase();
      const places = place ? [place] : await ledgerPlaces(database);
      if (places.length === 0) throw new Failure('the ledger is empty', { code: 'not_found' });
      const found = await Promise.all(places.map((each) => auditAt(database, each, at)));
      terminal.out(json ? `${JSON.stringify(place ? found[0] : found)}\n` : found.map(renderServing).join('\n'));
      if (found.every(({ serving }) => serving === null)) throw silentExit(EXIT.unexpected);
    });
}

function parseTime(text: string): string {
  // A day alone would be midnight of Greenwich, which few who write one mean.
  const time = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new InvalidArgumentError('It must be a day and a time: 2026-11-24T08:31:00Z.');
  return new Date(time).toISOString();
}
