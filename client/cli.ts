#!/usr/bin/env node
import { terminal } from './terminal.ts';

const args = process.argv.slice(2);

// Whoever reads the first lines only, as `head` does, has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

// Whoever pipes batches through the gate starts it for every rollout, and needs nothing that talks to servers.
process.exitCode =
  args.join(' ') === 'judge --stdio'
    ? await (await import('./judge/stdio.ts')).judgeStdio()
    : await (await import('./main.ts')).main(args, terminal);
