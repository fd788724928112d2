import type { Command } from 'commander';
import { addStackFlags, showStatus, type StackFlags } from './stack.ts';
import type { Terminal } from '../terminal.ts';

export function addStatus(program: Command, terminal: Terminal): void {
  addStackFlags(program.command('status'))
    .description(
      'show the health, address, process and memory of each part of the stack, and when rollback was last proven',
    )
    .addHelpText('after', '\nEnds with 0 when every part is healthy, else with 1.')
    .action((flags: StackFlags) => showStatus(flags, terminal));
}
