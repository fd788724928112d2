import { Option, type Command } from 'commander';
import { parseCount, withRollouts } from './common.ts';
import { renderList } from '../render/list.ts';
import type { Terminal } from '../terminal.ts';

interface ListFlags {
  readonly endpoint?: string;
  readonly target?: string;
  readonly model?: string;
  readonly open?: boolean;
  readonly limit: number;
  readonly json?: boolean;
}

export function addList(program: Command, terminal: Terminal): void {
  program
    .command('list')
    .description('list rollouts and rollbacks, newest first')
    .option('--open', 'only those that still run')
    .option('--endpoint <name>', 'only on this endpoint')
    .option('--target <name>', 'only on this target')
    .option('--model <name>', 'only of this model')
    .addOption(new Option('--limit <count>', 'most rows').default(20).argParser(parseCount))
    .option('--json', 'print them as JSON')
    .addHelpText('after', '\nExamples:\n  slipway list --open\n  slipway list --model digits --limit 5')
    .action(async ({ json, ...filter }: ListFlags) => {
      const found = await withRollouts((rollouts) => rollouts.list(filter));
      terminal.out(json ? `${JSON.stringify(found)}\n` : renderList(found, Date.now()));
    });
}
