import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { join } from 'node:path';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { createProgram } from '../../client/main.ts';
import { slipway } from './recording-terminal.ts';

let folder: string;
const file = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-client-'));
  await writeFile(file('good.yaml'), 'endpoint: digits\nmodel: digits\n');
  await writeFile(file('bad.yaml'), 'endpoint: digits\nmodel: digits\ncanary:\n  steps: [10, 5]\ngates: {alpha: 1}\n');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a command line that cannot be meant', () => {
  test.each([
    ['an unknown command', ['plann'], /Did you mean plan/],
    ['an unknown option', ['list', '--ope'], /Did you mean --open/],
    ['a missing file option', ['start'], /--file <spec>' not specified/],
    ['a missing endpoint', ['abort'], /missing required argument 'endpoint'/],
    ['an endpoint of the wrong form', ['get', 'a/b/c'], /"a\/b\/c" is not an endpoint: write its name/],
    ['an unknown part', ['up', '--only', 'kafka'], /There is no part kafka; there are temporal, postgres/],
    ['a count that is none', ['list', '--limit', 'many'], /whole number from 1/],
    ['logs of nothing', ['logs'], /name an endpoint, a version or a rollout, or --part/],
    ['no command', [], /Usage: slipway/],
  ])('%s ends with 2 and says what is', async (_, args, message) => {
    const { code, err } = await slipway(...args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});

describe('a specification at the door', () => {
  test('that is invalid ends with 2, with every fault, before anything is connected to', async () => {
    const { code, err } = await slipway('start', '-f', file('bad.yaml'));
    expect(code).toBe(2);
    expect(err).toMatch(/bad\.yaml has 2 faults:\n {2}line 4 {2}canary\.steps\[1\] .*\n {2}line 5 {2}gates\.alpha/);
    expect(err).toMatch(/Nothing was started/);
  });

  test('tells programs its faults as data', async () => {
    const { code, out, err } = await slipway('plan', '-f', file('bad.yaml'), '--json');
    expect(code).toBe(2);
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({
      error: 'invalid_spec',
      faults: [
        { path: 'canary.steps[1]', line: 4 },
        { path: 'gates.alpha', line: 5 },
      ],
    });
  });

  test('whose receivers are tried is checked as any', async () => {
    const { code, err } = await slipway('notify', 'test', file('bad.yaml'));
    expect([code, err]).toEqual([2, expect.stringContaining('bad.yaml has 2 faults')]);
  });

  test('that is not there ends with 2', async () => {
    const { code, err } = await slipway('plan', '-f', file('none.yaml'));
    expect([code, err]).toEqual([2, expect.stringMatching(/there is no file .*none\.yaml/)]);
  });

  test('takes its version from the command line, checked by the same rules', async () => {
    const { out } = await slipway('plan', '-f', file('good.yaml'), '--version', '7', '--json');
    expect(JSON.parse(out)).toMatchObject({ plan: { version: '7' } });
    const { code, err } = await slipway('plan', '-f', file('good.yaml'), '--version', 'champion');
    expect([code, err]).toEqual([2, expect.stringMatching(/leading @/)]);
  });
});

describe('help', () => {
  const commands = createProgram({ out: () => {}, err: () => {}, isScreen: false, columns: 80, rows: 24 }).commands;

  test('shows every verb with a description and leads to examples', async () => {
    const { code, out } = await slipway('--help');
    expect(code).toBe(0);
    for (const command of commands) {
      expect(out).toContain(`\n  ${command.name()} `);
      expect(command.description()).not.toBe('');
    }
  });

  test.each(commands.map((command) => command.name()).filter((name) => name !== 'down'))(
    '%s has an example that it would itself accept by name and options',
    async (name) => {
      const { out } = await slipway(name, '--help');
      const examples = out.split('\n').filter((line) => line.startsWith('  ') && line.includes(`slipway ${name}`));
      expect(examples.length).toBeGreaterThan(0);
      const command = commands.find((known) => known.name() === name);
      for (const line of examples) {
        const part = command?.commands.find((known) => line.includes(`slipway ${name} ${known.name()}`)) ?? command;
        const flags = (line.match(/ --[a-z-]+/g) ?? []).map((flag) => flag.trim());
        for (const flag of flags) expect(part?.options.map(({ long }) => long)).toContain(flag);
      }
    },
  );
});
