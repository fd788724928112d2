import type { Command } from 'commander';
import { glob, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { createProgram } from '../../client/main.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const SOURCES = '{activities,client,domain,gates,serving,spec,worker,workflows}/**/*.ts';
const TEXTS = ['README.md', 'docs/**/*.md', 'deploy/prometheus/*.yml'];

const program = createProgram({ out: () => undefined, err: () => undefined, isScreen: false, columns: 80, rows: 24 });

/** A command as some text tells people to type it. */
interface Named {
  readonly line: string;
  readonly in: string;
  /** Whether it is to be carried out as it stands. */
  readonly isWhole: boolean;
}

test('every command that a message, a rule or a page names is there, takes those options, and has what it needs', async () => {
  const named = [...(await namedIn([SOURCES], true)), ...(await namedIn(TEXTS, false))];
  expect(named.length).toBeGreaterThan(200);
  expect(named.flatMap((one) => faultsOf(one).map((fault) => `${one.in}: \`${one.line}\`: ${fault}`))).toEqual([]);
});

test('one that is not there, or lacks something, is found', () => {
  const faults = (line: string) => faultsOf({ line, in: '', isWhole: true });
  expect(faults('slipway rollout digits')).toEqual(['there is no command rollout']);
  expect(faults('slipway drill digits --soon')).toEqual(['it takes no --soon']);
  expect(faults('slipway start --version 3')).toEqual(['it needs -f, --file <spec>']);
  expect(faults('slipway rollback digits --version 3')).toEqual(['it takes no --version']);
  expect(faults('slipway schedule list')).toEqual([]);
});

function faultsOf({ line, isWhole }: Named): string[] {
  const words = line.split(/\s+/).slice(1);
  let command: Command = program;
  for (let word = words[0]; word !== undefined && /^[a-z]/.test(word); word = words[0]) {
    const next: Command | undefined = command.commands.find((one) => one.name() === word);
    if (!next && command === program) return [`there is no command ${word}`];
    if (!next) break;
    command = next;
    words.shift();
  }
  const options = command.options.filter(({ hidden }) => !hidden);
  const flags = words.flatMap((word) => /^(--?[a-z][\w-]*)/.exec(word)?.[1] ?? []);
  const has = (flag: string) => options.some(({ long, short }) => flag === long || flag === short);
  const strange = flags.filter((flag) => flag !== '--help' && !has(flag)).map((flag) => `it takes no ${flag}`);
  // A bare name, or one with an option's, as in "`slipway start --wait` stays", is no line to be typed.
  const isLine = isWhole && words.some((word) => !word.startsWith('-'));
  const lacking = options
    .filter(({ mandatory, long, short }) => mandatory && !flags.some((flag) => flag === long || flag === short))
    .map((option) => `it needs ${option.flags}`);
  return [...strange, ...(isLine ? lacking : [])];
}

async function namedIn(patterns: readonly string[], isWhole: boolean): Promise<Named[]> {
  const found: Named[] = [];
  for await (const file of glob([...patterns], { cwd: ROOT })) {
    const text = await readFile(join(ROOT, file), 'utf8');
    // In sources the quotes stand within a template, and what is filled in is one word.
    const plain = text.replaceAll('\\`', '`').replaceAll(/\$\{[^}`]*\}/g, 'X');
    for (const [, line = ''] of plain.matchAll(/`(slipway [a-z][^`:]*)`/g))
      found.push({ line: line.replaceAll(/\s+/g, ' '), in: file, isWhole });
  }
  return found;
}
