import { InvalidArgumentError, type Command } from 'commander';
import { addSpecFlags, readSpecFile, type SpecFlags } from './spec-file.ts';
import { lintGatePlan } from '../../gates/plan-check.ts';
import { planCautions, planTimes } from '../plan-summary.ts';
import { planRollout } from '../../domain/plan.ts';
import { renderPlan } from '../render/plan.ts';
import type { Terminal } from '../terminal.ts';

interface PlanFlags extends SpecFlags {
  readonly rate?: number;
  readonly json?: boolean;
}

export function addPlan(program: Command, terminal: Terminal): void {
  addSpecFlags(program.command('plan'))
    .description('check a specification and show all that it will do, defaults filled in; starts nothing')
    .option('--rate <requests>', 'live requests a second on the endpoint, to say how long each step takes', parseRate)
    .option('--json', 'print the plan as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  slipway plan -f rollout.yaml\n  slipway plan -f rollout.yaml --rate 20\n  slipway plan -f rollout.yaml --version 7 --json',
    )
    .action(async (flags: PlanFlags) => {
      const plan = planRollout(await readSpecFile(flags));
      const check = lintGatePlan(plan, flags.rate);
      const summary = { plan, times: planTimes(plan, check.needs), cautions: planCautions(plan), ...check };
      terminal.out(flags.json ? `${JSON.stringify(summary)}\n` : renderPlan(plan, check));
    });
}

function parseRate(text: string): number {
  const rate = Number(text);
  if (!(rate > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return rate;
}
