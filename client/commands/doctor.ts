import type { Command } from 'commander';
import { addBy } from './common.ts';
import type { DoctorReport } from '../doctor/report.ts';
import { EXIT } from '../exit-codes.ts';
import { silentExit } from '../failure.ts';
import { parsePlace, type Place } from '../rollouts/place.ts';
import { renderDoctor } from '../render/doctor.ts';
import { runWorkerProgram } from '../doctor/worker-program.ts';
import type { Terminal } from '../terminal.ts';

interface DoctorFlags {
  readonly fix?: boolean;
  readonly by: string;
  readonly json?: boolean;
}

export function addDoctor(program: Command, terminal: Terminal): void {
  addBy(program.command('doctor'))
    .argument('[endpoint]', 'its name, or target and name; every endpoint when absent', parsePlace)
    .description('check that route, proxy, traffic, registry and ledger agree, and mend what does not')
    .option('--fix', 'roll back or reconcile what is off; every repair is written to the ledger')
    .option('--json', 'print what was found as JSON')
    .addHelpText(
      'after',
      `
Finds rollouts that were terminated by force, endpoints off their route, alias or ledger, runs that are stuck, and parts
that do not answer; what is behind those is checked as far as it can be. Changes nothing without --fix. Ends with 0 when
all is well, else with 1. What each finding means: docs/operations.md.

Examples:
  slipway doctor
  slipway doctor digits --fix
  slipway doctor --json | jq '.findings[].code'`,
    )
    .action(async (place: Place | undefined, { fix, by, json }: DoctorFlags) => {
      const report = await runWorkerProgram<DoctorReport>('doctor.ts', {
        ...(place && { only: place }),
        ...(fix && { fix: { by } }),
      });
      terminal.out(json ? `${JSON.stringify(report)}\n` : renderDoctor(report));
      if (report.findings.length > 0) throw silentExit(EXIT.unexpected);
    });
}
