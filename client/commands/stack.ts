import { InvalidArgumentError, type Command } from 'commander';
import { lastDrills } from '../drills.ts';
import { renderDrills } from '../render/drills.ts';
import type { down } from '../stack/down.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { PARTS, type PartName } from '../stack/part.ts';
import { renderStack } from '../render/stack.ts';
import { showProgress } from '../stack/progress.ts';
import { slipwayHome } from '../../spec/home.ts';
import { status } from '../stack/status.ts';
import type { up } from '../stack/up.ts';
import { readAddresses, type StackOptions } from '../stack/context.ts';
import type { Terminal } from '../terminal.ts';

export interface StackFlags {
  readonly only?: PartName[];
  readonly json?: boolean;
}

export function addStackFlags(command: Command): Command {
  return command
    .option('--only <parts>', `only some of ${PARTS.join(', ')}, with commas between`, parseParts)
    .option('--json', 'print the result as JSON; progress goes to standard error');
}

export function stackOptions({ only }: StackFlags): StackOptions {
  return { home: slipwayHome(), env: process.env, ...(only ? { only } : {}) };
}

/** Runs `up` or `down` with progress on the screen, then shows where everything is. */
export async function changeStack(
  change: typeof up | typeof down,
  flags: StackFlags,
  { out, err }: Terminal,
): Promise<void> {
  const options = stackOptions(flags);
  const progress = showProgress(flags.json ? err : out);
  const done = await change(options, progress).finally(() => progress.end());
  if (flags.json) out(`${JSON.stringify(await status(options))}\n`);
  if (!done) throw new Failure('', { exitCode: EXIT.unexpected, code: 'stack' });
}

export async function showStatus(flags: StackFlags, { out }: Terminal): Promise<void> {
  const found = await status(stackOptions(flags));
  // What is known of rollbacks is no part of the stack's health, and nobody should wait for a database that is away.
  const { database } = await readAddresses({ home: slipwayHome(), env: process.env });
  const drills = database ? await lastDrills(database).catch(() => []) : [];
  const lines = renderDrills(drills, Date.now()).map((line) => `${line}\n`);
  out(flags.json ? `${JSON.stringify({ ...found, drills })}\n` : `${renderStack(found)}${lines.join('')}`);
  if (!found.healthy) throw new Failure('', { exitCode: EXIT.unexpected, code: 'stack' });
}

function parseParts(text: string): PartName[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !PARTS.some((part) => part === name));
  if (unknown.length > 0)
    throw new InvalidArgumentError(`There is no part ${unknown.join(', ')}; there are ${PARTS.join(', ')}.`);
  return PARTS.filter((part) => names.includes(part));
}
