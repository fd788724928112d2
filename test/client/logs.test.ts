import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import { createReading } from '../../client/logs/read.ts';
import { localSources } from '../../client/logs/sources.ts';
import { parseTopic } from '../../client/logs/topic.ts';
import { slipway } from './recording-terminal.ts';

const [V7, V8] = ['v7-aaaaaaaaaaaa', 'v8-bbbbbbbbbbbb'];
const [TOKEN, PASSWORD] = ['host-token-0123456789', 'database-password-77'];
let home: string;
const before = process.env['SLIPWAY_HOME'];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'slipway-logs-'));
  process.env['SLIPWAY_HOME'] = home;
  await write('logs/worker.log.1', [
    worker('10:00:00', 'StageEntered', { workflowId: 'rollout.local.digits', runId: 'r3', ...about(3, 'shadow') }),
    worker('10:00:09', 'Promoted', { workflowId: 'rollout.local.digits', runId: 'r3', ...about(3, 'done') }),
  ]);
  await write('logs/worker.log', [
    worker('10:05:00', 'Activity failed', {
      workflowId: 'rollout.local.digits',
      workflowRunId: 'r4',
      taskToken: 'AAAA',
    }),
    worker('10:05:01', 'StageEntered', { workflowId: 'rollout.local.digits', runId: 'r4', ...about(4, 'canary') }),
    worker('10:05:02', 'elsewhere', { workflowId: 'rollout.local.digits-eu', runId: 'x' }),
    worker('10:05:08', 'RolledBack', { workflowId: 'rollout.local.digits', runId: 'r4', ...about(4, 'done') }),
    worker('10:09:00', 'QualityLost', { workflowId: 'monitor.local.digits', runId: 'm' }, 'WARN'),
  ]);
  await write('logs/serving.log', [
    host('10:05:03', 'route accepted', { endpoint: 'digits', label: 'local.digits.4/canary-10' }),
    host('10:05:04', 'version ready', { endpoint: 'digits', key: V8, detail: `asked with ${TOKEN}` }),
    host('10:05:04', 'version ready', { endpoint: 'fraud', key: V8 }),
    host('10:20:00', 'version ready', { endpoint: 'digits', key: V7 }),
    host('10:20:01', 'version ended', { endpoint: 'odd', key: V7 }, 'error'),
    host('10:20:02', 'version slow', { endpoint: 'odd', key: V7 }, 'warn'),
  ]);
  await write('logs/postgres.log', ['2026-11-30 10:05:05.000 UTC [1] LOG:  checkpoint starting']);
  await write(`serving/logs/digits.${V8}.log`, [
    '2026-11-30T10:05:03+0000 INFO:     Started server process [7]',
    '2026-11-30T10:05:06+0000 ERROR:    Exception in ASGI application',
    'Traceback (most recent call last):',
    `  File "model.py", line 3: row {"ssn": "078-05-1120", "age": 44} at postgres://slipway:${PASSWORD}@localhost`,
    'ValueError: api_key=sk-12345 was refused',
  ]);
  await write('serving/state/digits.json', [JSON.stringify({ settings: { capture: { redact: ['ssn'] } } })]);
  await write('serving/token', [TOKEN]);
  await write('postgres/passwords.json', [JSON.stringify({ slipway: PASSWORD })]);
});

afterAll(async () => {
  if (before === undefined) delete process.env['SLIPWAY_HOME'];
  else process.env['SLIPWAY_HOME'] = before;
  await rm(home, { recursive: true });
});

describe('slipway logs', () => {
  test('tells of one rollout, merged from all who wrote of it, in the order of time', async () => {
    expect(await said('local.digits.4')).toEqual([
      'worker Activity failed',
      'worker StageEntered',
      'serving route accepted',
      'model 2026-11-30T10:05:03+0000 INFO:     Started server process [7]',
      'serving version ready',
      'model 2026-11-30T10:05:06+0000 ERROR:    Exception in ASGI application',
      'model Traceback (most recent call last):',
      expect.stringMatching(/^model {3}File/),
      expect.stringMatching(/^model ValueError/),
      'worker RolledBack',
    ]);
  });

  test('finds a rollout in logs that were turned over, and nothing of the next one in it', async () => {
    expect(await said('local.digits.3')).toEqual(['worker StageEntered', 'worker Promoted']);
  });

  test('tells of an endpoint what its monitor says too, and of no other endpoint', async () => {
    const all = await said('digits');
    expect(all).toContain('worker QualityLost');
    expect(all).not.toContain('worker elsewhere');
    expect(all).toHaveLength(14);
  });

  test('tells of one version by its number at an endpoint, or by its key at any', async () => {
    const parts = (lines: string[]) => new Set(lines.map((line) => line.split(' ')[0]));
    expect(parts(await said('digits:8'))).toEqual(new Set(['serving', 'model']));
    expect((await said(V8)).filter((line) => line === 'serving version ready')).toHaveLength(2);
    expect(await said('digits:7')).toEqual(['serving version ready']);
  });

  test('a traceback is as bad as its beginning, and is shown with it', async () => {
    expect(await said('digits', '--level', 'error')).toHaveLength(4);
    expect(await said('digits', '--level', 'warn')).toHaveLength(5);
  });

  test('a level is the same however it is spelt: the serving host and capture write theirs in small letters', async () => {
    expect(await said('odd', '--level', 'error')).toEqual(['serving version ended']);
    expect(await said('odd', '--level', 'warn')).toEqual(['serving version ended', 'serving version slow']);
  });

  test('shows only what one part wrote, from a moment on, or the last lines', async () => {
    expect(await said('digits', '--part', 'model')).toHaveLength(5);
    expect(await said('digits', '--since', '2026-11-30T10:06:00Z')).toEqual([
      'worker QualityLost',
      'serving version ready',
    ]);
    expect(await said('digits', '-n', '1')).toEqual(['serving version ready']);
    expect(await said('--part', 'postgres')).toHaveLength(1);
  });

  test('shows neither secrets nor fields that the prediction log blanks, to people or programs', async () => {
    for (const form of [[], ['--json']]) {
      const { out } = await slipway('logs', 'digits', ...form);
      for (const secret of [TOKEN, PASSWORD, '078-05-1120', 'sk-12345', 'AAAA']) expect(out).not.toContain(secret);
      expect(out).toMatch(/age\\*": 44/);
    }
  });

  test('says that there is nothing, and of what', async () => {
    const { code, err } = await slipway('logs', 'nothing-here');
    expect([code, err]).toEqual([1, expect.stringContaining('no log here says anything of that')]);
  });

  test('a target that is not known has no logs, and those of another are not shown for it', async () => {
    const { code, err } = await slipway('logs', 'nowhere/digits');
    expect([code, err]).toEqual([1, expect.stringContaining('there is no target "nowhere": slipway.yaml has local')]);
  });

  test('goes on with what is written later, complete lines only, also once a log was turned over', async () => {
    const read = createReading(await localSources(home), parseTopic('late'), { redacted: [], known: [] });
    expect(await read()).toEqual([]);
    const line = host('11:00:00', 'one', { endpoint: 'late' });
    await appendFile(join(home, 'logs/serving.log'), line.slice(0, 20));
    expect(await read()).toEqual([]);
    await appendFile(join(home, 'logs/serving.log'), `${line.slice(20)}\n`);
    expect((await read()).map(({ text }) => text)).toEqual(['one']);
    await write('logs/serving.log', [host('11:00:01', 'two', { endpoint: 'late' })]);
    expect((await read()).map(({ text }) => text)).toEqual(['two']);
  });
});

async function said(...args: string[]): Promise<string[]> {
  const { code, out, err } = await slipway('logs', ...args, '--json');
  expect([code, err]).toEqual([0, '']);
  return out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { part: string; text: string })
    .map(({ part, text }) => `${part} ${text}`);
}

async function write(file: string, lines: readonly string[]): Promise<void> {
  await mkdir(dirname(join(home, file)), { recursive: true });
  await writeFile(join(home, file), `${lines.join('\n')}\n`);
}

function about(epoch: number, stage: string) {
  return { target: 'local', endpoint: 'digits', rolloutId: `local.digits.${epoch}`, stage };
}

function worker(clock: string, message: string, fields: object, level = 'INFO'): string {
  return JSON.stringify({ at: `2026-11-30T${clock}.000Z`, level, message, ...fields });
}

function host(clock: string, event: string, fields: object, level = 'info'): string {
  return JSON.stringify({ time: `2026-11-30T${clock}.000Z`, level, event, ...fields });
}
