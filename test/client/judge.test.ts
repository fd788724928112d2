import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { answer, isRefusal, SILENCE, type Reply } from '../../client/judge/conversation.ts';
import { judgeLines } from '../../client/judge/stdio.ts';
import { linesOf } from '../../client/judge/lines.ts';
import { slipway } from './recording-terminal.ts';

const ROOT = resolve(import.meta.dirname, '..', '..');

const START = {
  type: 'start',
  config: {
    alpha: 0.05,
    beta: 0.05,
    max_batches: 60,
    min_batches: 5,
    margins: { error_rate_abs: 0.01, p95_ratio: 1.2 },
    slo: { success_rate_min: 0.99, p99_ms_max: 500 },
  },
};
const CALIBRATION = { type: 'calibration', t: -1, replicas: [arm(100, 1), arm(100, 0)] };

/** A minute in which a share of `candidate` of its requests fails. */
function batch(t: number, candidate = 0): object {
  return { t, weight: 0.2, stable: arm(480, 1), candidate: arm(120, Math.round(120 * candidate)) };
}

function arm(n: number, errors: number) {
  return { n, errors, latencies_ms: Array.from({ length: n }, (_, i) => 20 + ((i * 7) % 13)) };
}

const text = (lines: readonly unknown[]) =>
  lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));

/** Every reply, in one process. */
async function converse(lines: readonly unknown[]): Promise<{ replies: Reply[]; code: number }> {
  const replies: Reply[] = [];
  const code = await judgeLines(chunked([`${text(lines).join('\n')}\n`]), (line) => {
    replies.push(JSON.parse(line) as Reply);
    return true;
  });
  return { replies, code };
}

async function* chunked(chunks: readonly string[]): AsyncGenerator<string> {
  for (const chunk of chunks) yield chunk;
}

const decisions = (replies: readonly Reply[]) =>
  replies.map((reply) => ('decision' in reply ? reply.decision : isRefusal(reply) ? 'refused' : reply.type));

describe('a conversation', () => {
  test('rolls back a candidate that fails half of its requests, and no other', async () => {
    const minutes = [1, 2, 3, 4, 5, 6];
    const bad = await converse([START, ...minutes.map((t) => batch(t, 0.5))]);
    expect(decisions(bad.replies).slice(0, 3)).toEqual(['ready', 'rollback', 'rollback']);
    const good = await converse([START, CALIBRATION, ...minutes.map((t) => batch(t))]);
    expect(good.code).toBe(0);
    expect(decisions(good.replies).slice(0, 2)).toEqual(['ready', 'calibrated']);
    expect(decisions(good.replies)).not.toContain('rollback');
  });

  test('begins again with every start', async () => {
    const half = [START, CALIBRATION, batch(1, 0.03), batch(2, 0.02), batch(3)];
    const { replies } = await converse([...half, ...half]);
    expect(replies.slice(half.length)).toEqual(replies.slice(0, half.length));
  });

  test('does not depend on the clock by which batches are numbered', async () => {
    const errors = [0.1, 0, 0.05, 0.2];
    const said = async (times: readonly number[]) =>
      (await converse([START, ...errors.map((share, i) => batch(times[i] ?? NaN, share))])).replies;
    const expected = await said([1, 2, 3, 4]);
    expect(await said([-40, -3.5, 0, 9])).toEqual(expected);
    expect(await said([1, 2, 3, 4].map((minute) => 1_780_000_000_000 + minute * 60_000))).toEqual(expected);
  });

  test('refuses what it cannot take, with every path, and goes on as if it had not come', async () => {
    const { replies, code } = await converse([
      batch(1),
      START,
      { ...START, config: { ...START.config, alpha: 0, margins: { p95_ratio: 1, tail: 2 } } },
      batch(1),
      batch(1),
      CALIBRATION,
      { ...batch(2), candidate: { n: 1, errors: 2 } },
      batch(2),
    ]);
    expect(code).toBe(2);
    expect(decisions(replies)).toEqual([
      'refused',
      'ready',
      'refused',
      'continue',
      'refused',
      'refused',
      'refused',
      'continue',
    ]);
    expect(replies[2]).toEqual({
      error: 'the start was left out: config.alpha must be a share above 0 and below 1, not 0 (and 2 more faults)',
      faults: [
        { path: 'config.alpha', message: 'must be a share above 0 and below 1, not 0' },
        {
          path: 'config.margins.p95_ratio',
          message: 'must be a finite ratio above 1, such as 1.2 for a fifth more, not 1',
        },
        {
          path: 'config.margins.tail',
          message: expect.stringMatching(/^is not a margin; there are error_rate_abs, /) as unknown,
        },
      ],
    });
  });

  test('gives one reply to each line, whatever it is, and one that was refused leaves no trace', () => {
    const lines = fc.oneof(
      fc.json(),
      fc.string(),
      fc.constantFrom(
        ...text([START, CALIBRATION, batch(1, 0.1), batch(2), batch(3, 0.05), { ...batch(4), weight: 2 }]),
      ),
    );
    fc.assert(
      fc.property(fc.array(lines, { maxLength: 12 }), (mixed) => {
        const replies = repliesTo([JSON.stringify(START), ...mixed]);
        expect(replies).toHaveLength(mixed.length + 1);
        const taken = mixed.filter((_, index) => !isRefusal(replies[index + 1] as Reply));
        expect(repliesTo([JSON.stringify(START), ...taken])).toEqual(replies.filter((reply) => !isRefusal(reply)));
      }),
      { numRuns: 300 },
    );
  });
});

function repliesTo(lines: readonly string[]): Reply[] {
  let conversation = SILENCE;
  return lines.map((line) => {
    const { conversation: next, reply } = answer(conversation, line);
    conversation = next;
    return reply;
  });
}

describe('docs/judge.md', () => {
  test('shows a session that is taken as it stands', async () => {
    const text = await readFile(join(ROOT, 'docs', 'judge.md'), 'utf8');
    const lines = /```jsonl\n([^`]+)```/.exec(text)?.[1]?.trim().split('\n') ?? [];
    const { replies, code } = await converse(lines);
    expect([code, decisions(replies).slice(0, 2)]).toEqual([0, ['ready', 'calibrated']]);
    expect(replies.slice(2).every((reply) => 'decision' in reply)).toBe(true);
    for (const reply of replies.slice(0, 2)) expect(text).toContain(JSON.stringify(reply));
  });

  test('shows a refusal as it is worded', async () => {
    const text = await readFile(join(ROOT, 'docs', 'judge.md'), 'utf8');
    const { replies } = await converse([START, { ...batch(1), candidate: { n: 2, errors: 9 } }]);
    expect(text).toContain(JSON.stringify(replies[1]));
  });
});

test('lines are what stands between line feeds, however the text comes in pieces', async () => {
  const whole = 'one\r\n\ntw\u2028o\nthree';
  for (const size of [1, 2, 3, 100]) {
    const pieces = whole.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
    const lines: string[] = [];
    for await (const line of linesOf(chunked(pieces))) lines.push(line);
    expect(lines).toEqual(['one\r', '', 'tw\u2028o', 'three']);
  }
});

describe('slipway judge', () => {
  test.each([
    ['what to judge', ['judge'], /say what to judge: --stdio .* or --replay <rollout>/],
    ['one of both', ['judge', '--stdio', '--replay', 'local.digits.4'], /cannot be used with/],
    ['a rollout by its id', ['judge', '--replay', 'digits'], /"digits" is not a rollout: write its id/],
  ])('must be told %s', async (_, args, message) => {
    const { code, err } = await slipway(...args);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  });
});

describe('slipway judge --stdio, as a process', () => {
  const started: ChildProcessWithoutNullStreams[] = [];
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
  });

  function start(...nodeFlags: readonly string[]) {
    const child = spawn(process.execPath, [...nodeFlags, join(ROOT, 'client/cli.ts'), 'judge', '--stdio']);
    started.push(child);
    child.stdout.setEncoding('utf8');
    const replies = linesOf(child.stdout as AsyncIterable<string>);
    const errors: string[] = [];
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => void errors.push(chunk));
    const closed = once(child, 'close') as Promise<[number | null]>;
    return {
      child,
      errors,
      closed,
      send: (line: unknown) => void child.stdin.write(`${text([line])[0]}\n`),
      reply: async () =>
        JSON.parse(((await replies.next()).value as string | undefined) ?? 'null') as Record<string, unknown> | null,
    };
  }

  test('answers each line before the next is written, and ends with 0 at the end of its input', async () => {
    const { child, closed, errors, reply, send } = start();
    for (const [line, expected] of [
      [START, { type: 'ready', max_batches: 60 }],
      [CALIBRATION, { type: 'calibrated', windows: 1 }],
      [batch(1, 0.5), { decision: 'rollback' }],
      [START, { type: 'ready' }],
      [batch(1), { decision: 'continue' }],
    ] as const) {
      send(line);
      expect(await reply()).toMatchObject(expected);
    }
    child.stdin.end();
    expect(await closed).toEqual([0, null]);
    expect(errors).toEqual([]);
  });

  test('loads nothing that could talk to a server, so that it starts at once', async () => {
    const hook = `import { registerHooks } from 'node:module';
      registerHooks({ load: (url, context, next) => (process.stderr.write(url + '\\n'), next(url, context)) });`;
    const { child, closed, errors } = start('--import', `data:text/javascript,${encodeURIComponent(hook)}`);
    child.stdin.end();
    expect((await closed)[0]).toBe(0);
    const loaded = errors.join('').trim().split('\n');
    const foreign = loaded.filter((url) => url.includes('node_modules/') && !url.includes('node_modules/@stdlib/'));
    expect(loaded.some((url) => url.endsWith('gates/session/session.ts'))).toBe(true);
    expect(foreign).toEqual([]);
  });

  test('takes batches of 36,000 latencies, all written at once, in pieces that cut characters', async () => {
    const { child, closed, reply } = start();
    const large = (t: number) => ({ t, weight: 0.5, stable: arm(36_000, 30), candidate: arm(36_000, 30), note: '—é—' });
    const bytes = Buffer.from(text([START, large(1), large(2), large(3)]).join('\n'));
    for (let at = 0; at < bytes.length; at += 65_521) child.stdin.write(bytes.subarray(at, at + 65_521));
    child.stdin.end();
    const replies = [await reply(), await reply(), await reply(), await reply()];
    expect(replies.map((one) => one?.['decision'] ?? one?.['type'])).toEqual([
      'ready',
      ...Array<string>(3).fill('continue'),
    ]);
    expect(await reply()).toBeNull();
    expect((await closed)[0]).toBe(0);
  });

  test('goes on after a line that it refused, and says so in the end with 2', async () => {
    const { child, closed, errors, reply, send } = start();
    send('{"type":"start",');
    expect(await reply()).toMatchObject({
      error: expect.stringContaining('cannot be read') as unknown,
      faults: [{ path: '' }],
    });
    send(START);
    expect(await reply()).toMatchObject({ type: 'ready' });
    child.stdin.end();
    expect((await closed)[0]).toBe(2);
    expect(errors).toEqual([]);
  });

  test('says nothing and leaves when nobody reads its replies any more', async () => {
    const { child, closed, errors, reply, send } = start();
    send(START);
    await reply();
    child.stdin.on('error', () => undefined);
    child.stdout.destroy();
    for (let t = 1; t <= 50 && child.exitCode === null; t++) send(batch(t));
    expect((await closed)[0]).toBe(0);
    expect(errors).toEqual([]);
  });
});
