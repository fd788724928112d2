import { Option, type Command } from 'commander';
import { EXIT } from '../exit-codes.ts';
import { judgeStdio } from '../judge/stdio.ts';
import { parseRolloutId } from '../rollouts/rollout-name.ts';
import { readRollout } from '../judge/read-rollout.ts';
import { readStoredBatches } from '../judge/stored-batches.ts';
import { renderReplay } from '../judge/render-replay.ts';
import { replay } from '../judge/replay.ts';
import { silentExit, usageFailure } from '../failure.ts';
import type { RolloutName } from '../rollouts/rollout-name.ts';
import type { Terminal } from '../terminal.ts';

interface JudgeFlags {
  readonly stdio?: boolean;
  readonly replay?: RolloutName;
  readonly json?: boolean;
}

export function addJudge(program: Command, terminal: Terminal): void {
  program
    .command('judge')
    .description('use the gate alone, or compute the verdicts of a past rollout again')
    .addOption(new Option('--stdio', 'judge batches from standard input, line by line').conflicts(['replay', 'json']))
    .addOption(
      new Option('--replay <rollout>', 'recompute every verdict of this rollout from its stored batches').argParser(
        parseRolloutId,
      ),
    )
    .option('--json', 'with --replay: print what was found as JSON')
    .addHelpText(
      'after',
      `
Examples:
  slipway judge --stdio < batches.jsonl
  slipway judge --replay local.digits.4

docs/judge.md has the protocol. --stdio ends with 2 when a line was refused; --replay ends with 1 when a verdict does not
come out again.`,
    )
    .action((flags: JudgeFlags) => judge(flags, terminal));
}

async function judge({ stdio, replay: rollout, json }: JudgeFlags, terminal: Terminal): Promise<void> {
  if (rollout) return judgeAgain(rollout, json ?? false, terminal);
  if (!stdio) throw usageFailure('say what to judge: --stdio for batches from standard input, or --replay <rollout>');
  const code = await judgeStdio();
  if (code !== EXIT.ok) throw silentExit(code);
}

async function judgeAgain(rollout: RolloutName, json: boolean, { out }: Terminal): Promise<void> {
  const { rows, database } = await readRollout(rollout);
  const verdicts = await replay(rows, (range) => readStoredBatches(database, range));
  const confirmed = verdicts.every(({ findings }) => findings.length === 0);
  out(json ? `${JSON.stringify({ rollout: rollout.id, confirmed, verdicts })}\n` : renderReplay(rollout.id, verdicts));
  if (!confirmed) throw silentExit(EXIT.unexpected);
}
