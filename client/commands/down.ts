import type { Command } from 'commander';
import { addStackFlags, changeStack, type StackFlags } from './stack.ts';
import { down } from '../stack/down.ts';
import type { Terminal } from '../terminal.ts';

export function addDown(program: Command, terminal: Terminal): void {
  addStackFlags(program.command('down'))
    .description('stop what `up` started; data stays')
    .addHelpText('after', '\nThe next `up` goes on with the same data on the same ports; open rollouts resume there.')
    .action((flags: StackFlags) => changeStack(down, flags, terminal));
}
