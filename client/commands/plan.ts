import { InvalidArgumentError, type Command } from 'commander';
import { addSpecFlags, readSpecFile, type SpecFlags } from './spec-file.ts';
import { EXIT } from '../exit-codes.ts';
import { knownTraffic } from '../traffic.ts';
import { planReport } from '../plan-report.ts';
import { planRollout } from '../../domain/plan.ts';
import { renderPlan } from '../render/plan.ts';
import { silentExit } from '../failure.ts';
import type { Terminal } from '../terminal.ts';

interface PlanFlags extends SpecFlags {
  readonly rate?: number;
  readonly json?: boolean;
}

export function addPlan(program: Command, terminal: Terminal): void {
  addSpecFlags(program.command('plan'))
    .description('check a specification, and show all that it will do and what to expect of it; starts nothing')
    .option(
      '--rate <requests>',
      'live requests a second on the endpoint; measured, where it is known, when absent',
      parseRate,
    )
    .option('--json', 'print the plan as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  slipway plan -f rollout.yaml\n  slipway plan -f rollout.yaml --rate 20\n  slipway plan -f rollout.yaml --version 7 --json',
    )
    .action(async (flags: PlanFlags) => {
      const plan = planRollout(await readSpecFile(flags));
      const report = planReport(plan, await knownTraffic(plan, flags.rate));
      const width = Math.min(Math.max(terminal.columns, NARROWEST), WIDEST);
      terminal.out(flags.json ? `${JSON.stringify(report)}\n` : renderPlan(report, width));
      if (report.errors.length > 0) throw silentExit(EXIT.usage);
    });
}

/** Sentences are wrapped for people: neither in shreds nor across a whole screen. */
const [NARROWEST, WIDEST] = [60, 100];

function parseRate(text: string): number {
  const rate = Number(text);
  if (!(rate > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return rate;
}
