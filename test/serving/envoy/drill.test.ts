import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Fault, Runtime } from '../../../domain/model-version.ts';
import { mirrorRoute, splitRoute, wholeRoute, type Route } from '../../../domain/route.ts';
import { programOf } from '../../../serving/runtimes/runtime.ts';
import { makeModel, programRuntime } from '../host/support/models.ts';
import { freePort } from '../../support/free-port.ts';
import { post, posts } from '../support/post.ts';
import { CANDIDATE, STABLE, startServing, type Serving } from '../support/serving.ts';
import { until } from '../support/until.ts';

let serving: Serving;
let folder: string;
let copy: ChildProcess | undefined;
let port: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-drill-'));
  serving = await startServing();
});
afterEach(async () => {
  if (copy?.pid) process.kill(-copy.pid, 'SIGKILL');
  await serving.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('the faulty copy of a drill, behind a real proxy,', () => {
  test('answers health checks and its own example truly, whatever its fault', async () => {
    await faulty({ kind: 'dead' });
    expect(await direct()).toMatchObject({ status: 200, text: '{"predictions":["v2"]}' });
  });

  test('answers late', async () => {
    await faulty({ kind: 'latency', addMs: 300 });
    await put(wholeRoute(CANDIDATE));
    const begun = performance.now();
    expect(await post(serving.url)).toMatchObject({ status: 200, text: '{"predictions":["v2"]}' });
    expect(performance.now() - begun).toBeGreaterThanOrEqual(295);
  });

  test('answers with errors', async () => {
    await faulty({ kind: 'errors' });
    await put(wholeRoute(CANDIDATE));
    expect((await posts(serving.url, 5)).map(({ status }) => status)).toEqual([500, 500, 500, 500, 500]);
  });

  test('answers wrongly, in the form of a right answer', async () => {
    await faulty({ kind: 'wrong-answers' });
    await put(wholeRoute(CANDIDATE));
    expect(await post(serving.url)).toMatchObject({ status: 200, text: '{"predictions":["v2, spoilt"]}' });
  });

  test('that is dead costs users nothing: stable answers them', async () => {
    await faulty({ kind: 'dead' });
    await put(splitRoute(STABLE, CANDIDATE, 5_000));
    const answers = await posts(serving.url, 60);
    expect(new Set(answers.map(({ status, headers }) => `${status} ${String(headers['x-model-version'])}`))).toEqual(
      new Set([`200 ${STABLE}`]),
    );
  });

  test('that only gets copies of requests is met by no user', async () => {
    await faulty({ kind: 'wrong-answers' });
    await put(mirrorRoute(STABLE, CANDIDATE, 100));
    const answers = await posts(serving.url, 40);
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['{"predictions":["stable"]}']));
  });
});

async function faulty(fault: Fault): Promise<void> {
  const { source } = await makeModel(folder, '2');
  const of = programRuntime('plain', '/invocations') as Extract<Runtime, { kind: 'command' }>;
  port = await freePort();
  const program = programOf({ kind: 'drill', fault, of }, { port, model: source, python: 'python' });
  const [command = '', ...args] = program.command;
  copy = spawn(command, args, { detached: true, stdio: 'ignore', env: { ...process.env, ...program.environment } });
  const health = () =>
    fetch(`http://127.0.0.1:${port}${program.healthPath}`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until('the copy to be ready', health);
}

function direct() {
  return post(`http://127.0.0.1:${port}/invocations`);
}

async function put(route: Route): Promise<void> {
  const { versions, ...desired } = serving.desired(route, 1);
  await serving.plane.apply([
    { ...desired, versions: versions.map((it) => (it.key === CANDIDATE ? { ...it, port } : it)) },
  ]);
}
