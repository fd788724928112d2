import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { rolloutWorkflowId } from '../../domain/ids.ts';
import { dataConverter } from '../../temporal/data-converter.ts';
import { statusQuery } from '../../workflows/messages.ts';
import { startRollout, type RolloutHandle } from '../support/rollouts.ts';
import { freshEndpoint, startLocalTemporal, withWorkers } from '../support/temporal.ts';
import { World } from '../support/world.ts';
import { Worlds } from '../support/worlds.ts';

const PROGRAM = resolve(import.meta.dirname, '../../worker/replay-live.ts');

let env: TestWorkflowEnvironment;
let folder: string;
beforeAll(async () => {
  env = await startLocalTemporal();
  folder = await mkdtemp(join(tmpdir(), 'slipway-replay-'));
});
afterAll(async () => {
  await env.teardown();
  await rm(folder, { recursive: true, force: true });
});

test('open rollouts that this code would break are named before it is deployed, and all others go on', async () => {
  const [canary, soak] = [freshEndpoint(), freshEndpoint()];
  const worlds = new Worlds();
  worlds.add(canary, new World()).gates['canary-5'] = 'watch';
  worlds.add(soak, new World()).gates['soak'] = 'watch';
  const handles = await withWorkers(env, worlds, async (client) => {
    const started = [
      await startRollout(client, { endpoint: canary }),
      await startRollout(client, { endpoint: soak, soak: { duration: '1h' } }),
    ] as const;
    await untilPhase(started[0], 'canary', 500);
    await untilPhase(started[1], 'soak', 10_000);
    return started;
  });
  const ids = [canary, soak].map((endpoint) => rolloutWorkflowId('local', endpoint));

  const good = await replay(inject('workflowBundle'));
  expect(good.output).toContain('2 open workflows replayed; all go on under this code');
  for (const id of ids) expect(good.output).toMatch(new RegExp(`✓ ${id}  \\d+ events`));
  expect(good.code).toBe(0);

  // As if the next release moved full traffic twice: only what is past that point would break.
  const broken = await replay(await mutated());
  expect(broken.output).toContain(`✓ ${ids[0]}`);
  expect(broken.output).toMatch(new RegExp(`✗ ${ids[1]}  .*TMPRL1100`));
  expect(broken.output).toContain(`2 open workflows replayed; this code would break ${ids[1]}: see`);
  expect(broken.code).toBe(1);

  for (const handle of handles) await handle.terminate();
  await vi.waitFor(
    async () => expect(await replay(inject('workflowBundle'))).toEqual({ code: 0, output: 'no rollout is open\n' }),
    { timeout: 20_000 },
  );
});

test('encrypted rollouts are replayed with their keys; without these, none is said to go on', async () => {
  const file = join(folder, 'keys.json');
  await writeFile(file, JSON.stringify({ current: 'k', keys: { k: randomBytes(32).toString('base64') } }));
  const keys = { SLIPWAY_PAYLOAD_KEYS_FILE: file };
  const world = new World();
  world.gates['canary-5'] = 'watch';
  const begun = async (client: Client) => {
    const handle = await startRollout(client);
    await untilPhase(handle, 'canary', 500);
    return handle;
  };
  const handle = await withWorkers(env, world, begun, { dataConverter: dataConverter(keys) });
  expect(await replay(inject('workflowBundle'), keys)).toMatchObject({ code: 0 });
  const { code, output } = await replay(inject('workflowBundle'));
  expect(code).not.toBe(0);
  expect(output).toContain('is encrypted with the key "k"; set SLIPWAY_PAYLOAD_KEYS_FILE');
  await handle.terminate();
});

test('a server that does not answer is named, with what to set', async () => {
  const { code, output } = await replay(inject('workflowBundle'), { TEMPORAL_ADDRESS: '127.0.0.1:1' });
  expect(output.trim()).toMatch(/^Temporal at 127\.0\.0\.1:1 does not answer; set TEMPORAL_ADDRESS .*$/);
  expect(code).toBe(2);
});

async function untilPhase(handle: RolloutHandle, phase: string, desiredWeight: number): Promise<void> {
  await vi.waitFor(async () => expect(await handle.query(statusQuery)).toMatchObject({ phase, desiredWeight }), {
    timeout: 30_000,
    interval: 50,
  });
}

async function mutated(): Promise<string> {
  const code = await readFile(inject('workflowBundle'), 'utf8');
  const changed = code.replace(/await run\.shift\('full', .*/, (line) => `${line} ${line}`);
  expect(changed).not.toBe(code);
  const file = join(folder, 'mutated.cjs');
  await writeFile(file, changed);
  return file;
}

async function replay(bundle: string, variables: NodeJS.ProcessEnv = {}): Promise<{ code: number; output: string }> {
  return new Promise((done) => {
    const options = { env: { ...process.env, TEMPORAL_ADDRESS: env.address, ...variables } };
    execFile(process.execPath, [PROGRAM, bundle], options, (error, stdout, stderr) => {
      done({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr });
    });
  });
}
