import type { Command } from 'commander';
import { addBy, withRollouts } from './common.ts';
import { readSpecFile } from './spec-file.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure, silentExit } from '../failure.ts';
import { renderTried } from '../render/tried-receivers.ts';
import { planReceiver } from '../../domain/receivers.ts';
import type { NotifyInput } from '../../domain/notify-test.ts';
import type { Terminal } from '../terminal.ts';

interface NotifyFlags {
  readonly by: string;
  readonly json?: boolean;
}

export function addNotify(program: Command, terminal: Terminal): void {
  const notify = program
    .command('notify')
    .description('try whether alerts get to those who are to have them')
    .helpCommand(false)
    .addHelpText('after', '\nExample:\n  slipway notify test rollout.yaml\n\nMore: slipway notify test --help');
  addBy(notify.command('test'))
    .argument('[spec]', 'whose `notify` is tried; that of the slipway.yaml beside the worker when absent')
    .description('send every receiver an alert and its end, and print what it answered')
    .option('--json', 'print the answers as JSON')
    .addHelpText(
      'after',
      `
The worker sends them, as it sends all alerts: with the secrets of its environment. Ends with 1 when one was not delivered.

Examples:
  slipway notify test rollout.yaml
  slipway notify test --json | jq '.receivers[] | select(.delivered | not)'`,
    )
    .action(async (file: string | undefined, { by, json }: NotifyFlags) => {
      const input = file === undefined ? { by } : await inputOf(file, by);
      const receivers = await withRollouts((rollouts) => rollouts.tryReceivers(input));
      if (receivers.length === 0)
        throw new Failure(
          `there is nobody to tell: ${file ?? 'the slipway.yaml beside the worker'} names no receiver under \`notify\``,
          { code: 'no_receivers' },
        );
      terminal.out(json ? `${JSON.stringify({ receivers })}\n` : renderTried(receivers));
      if (!receivers.every(({ delivered }) => delivered)) throw silentExit(EXIT.unexpected);
    });
}

async function inputOf(file: string, by: string): Promise<NotifyInput> {
  const { notify, target = 'local', endpoint } = await readSpecFile({ file });
  return { target, endpoint, by, ...(notify && { receivers: notify.map(planReceiver) }) };
}
