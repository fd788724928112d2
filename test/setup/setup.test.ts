import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync, unlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeCheckout, bringNode, python } from './fake-checkout.ts';

const lockFile = '.cache/setup.lock';
const soon = { timeout: 10_000, interval: 20 };
let checkout: FakeCheckout;

beforeEach(() => {
  checkout = new FakeCheckout();
});
afterEach(() => checkout.remove());

describe('a fresh checkout', () => {
  test('gets its npm packages and its Python environment by one command', async () => {
    const { code, printed } = await checkout.run();
    expect({ code, printed }).toMatchObject({ code: 0, printed: expect.stringContaining('set-up complete') as string });
    expect(checkout.calls('npm ci')).toHaveLength(1);
    expect(checkout.calls('python3 -m venv')).toHaveLength(1);
  });

  test('uses uv instead of pip when uv is there, and then needs no venv module', async () => {
    checkout.tool('uv', 'if [ "$1" = venv ]; then mkdir -p .venv/bin && touch .venv/bin/python; fi');
    checkout.tool('python3', python({ hasVenv: 0 }));
    expect(await checkout.run()).toMatchObject({ code: 0 });
    expect(checkout.calls('uv')[1]).toContain('--require-hashes -r python/requirements.txt');
    expect(checkout.calls('python3 -m venv')).toEqual([]);
  });

  test('uses the interpreter that PYTHON names', async () => {
    checkout.tool('python3.11', python({ version: '3.11.0' }));
    expect(await checkout.run({ PYTHON: 'python3.11' })).toMatchObject({ code: 0 });
    expect(checkout.calls('python3.11 -m venv')).toHaveLength(1);
  });

  test('takes a newer interpreter beside a python3 that is too old', async () => {
    checkout.tool('python3', python({ version: '3.9.2' }));
    checkout.tool('python3.11', python({ version: '3.11.0' }));
    expect(await checkout.run()).toMatchObject({ code: 0 });
    expect(checkout.calls('python3.11 -m venv')).toHaveLength(1);
  });
});

describe('a checkout that is set up', () => {
  beforeEach(async () => {
    await checkout.run();
  });

  test('runs no tool, and with --quiet prints nothing', async () => {
    const before = checkout.calls('');
    expect(await checkout.run({}, ['--quiet'])).toEqual({ code: 0, printed: '' });
    expect(checkout.calls('')).toEqual(before);
  });

  test('installs npm packages again when package-lock.json has changed, and nothing else', async () => {
    checkout.write('package-lock.json', '{ "packages": { "": {}, "node_modules/new": { "version": "1.0.0" } } }');
    await checkout.run();
    expect(checkout.calls('npm ci')).toHaveLength(2);
    expect(checkout.calls('python3 -m venv')).toHaveLength(1);
  });

  test('builds .venv again, from nothing, when the requirements have changed', async () => {
    checkout.write('.venv/left-over', '');
    checkout.write('python/requirements.txt', 'one==2.0');
    await checkout.run();
    expect(checkout.has('.venv/left-over')).toBe(false);
    expect(checkout.calls('npm ci')).toHaveLength(1);
  });

  test('builds .venv again when its interpreter was removed from the system', async () => {
    unlinkSync(join(checkout.root, '.venv/bin/python'));
    symlinkSync('/nowhere/python3', join(checkout.root, '.venv/bin/python'));
    expect(await checkout.run()).toMatchObject({ code: 0 });
    expect(checkout.calls('python3 -m venv')).toHaveLength(2);
  });

  test('accepts what `npm install` has brought from the same lock file', async () => {
    const packages = { 'node_modules/new': { version: '1.0.0' } };
    checkout.write('package-lock.json', JSON.stringify({ packages: { '': {}, ...packages } }));
    checkout.write('node_modules/.package-lock.json', JSON.stringify({ packages }));
    await checkout.run();
    expect(checkout.calls('npm ci')).toHaveLength(1);
  });
});

describe('two set-ups at once', () => {
  test('run npm once: the second says that it waits, then finds everything done', async () => {
    const gate = checkout.gate('gate');
    checkout.tool('npm', `read line < gate\n${bringNode}`);
    const first = checkout.start();
    await vi.waitUntil(() => checkout.calls('npm ci').length === 1, soon);
    const second = checkout.start();
    await vi.waitUntil(() => second.printed().includes(`running (process ${first.pid})`), soon);
    gate.open();
    expect(await first.ended).toMatchObject({ code: 0 });
    expect(await second.ended).toMatchObject({ code: 0 });
    expect(checkout.calls('npm ci')).toHaveLength(1);
  });

  test('take over the lock of a set-up that died, and still run npm once', async () => {
    checkout.write(lockFile, JSON.stringify({ host: hostname(), owner: deadPid() }));
    const runs = await Promise.all([checkout.run(), checkout.run(), checkout.run()]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(checkout.calls('npm ci')).toHaveLength(1);
    expect(checkout.has(lockFile)).toBe(false);
  });

  test('wait for the npm that a killed set-up left running', async () => {
    const orphan = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
    checkout.write(lockFile, JSON.stringify({ host: hostname(), owner: deadPid(), tool: orphan.pid }));
    const setUp = checkout.start();
    await vi.waitUntil(() => setUp.printed().includes(`running (process ${orphan.pid})`), soon);
    expect(checkout.calls('npm ci')).toEqual([]);
    orphan.stdin.end();
    await once(orphan, 'close');
    expect(await setUp.ended).toMatchObject({ code: 0 });
  });
});

describe('an interrupted set-up', () => {
  test('is started over when it was killed during npm ci, however whole node_modules looks', async () => {
    const gate = checkout.gate('gate');
    checkout.tool('npm', `${bringNode}\nread line < gate`);
    const killed = checkout.start();
    await vi.waitUntil(() => checkout.has('node_modules/.bin/node') && checkout.has(lockFile), soon);
    killed.kill('SIGKILL');
    await killed.ended.catch(() => undefined);
    gate.open();
    checkout.tool('npm', bringNode);
    expect(await checkout.run()).toMatchObject({ code: 0 });
    expect(checkout.calls('npm ci')).toHaveLength(2);
  });

  test('is started over when pip failed half-way', async () => {
    checkout.tool('python3', python({ pip: 'echo no space in the head; exit 1' }));
    const failed = await checkout.run();
    expect(failed).toMatchObject({ code: 1, printed: expect.stringContaining('no space in the head') as string });
    checkout.tool('python3', python());
    expect(await checkout.run()).toMatchObject({ code: 0 });
    expect(checkout.calls('npm ci')).toHaveLength(1);
    expect(checkout.calls('python3 -m venv')).toHaveLength(2);
  });

  test('ends npm on SIGTERM, even one that does not want to, and releases the lock', async () => {
    checkout.gate('gate');
    checkout.tool('npm', "trap '' TERM\nread line < gate");
    const setUp = checkout.start();
    await vi.waitUntil(() => checkout.calls('npm ci').length === 1, soon);
    setUp.kill('SIGTERM');
    const { code, printed } = await setUp.ended;
    expect({ code, printed }).toMatchObject({ code: 143, printed: expect.stringContaining('interrupted') as string });
    expect(checkout.has(lockFile)).toBe(false);
  });
});

function deadPid(): number {
  return spawnSync('true').pid;
}
