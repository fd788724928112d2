import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { splitRoute, wholeRoute } from '../../../domain/route.ts';
import { readProcessUse } from '../../../serving/capture/resources/process-use.ts';
import type { ProcessUse } from '../../../serving/capture/resources/process-use.ts';
import { createResourceMeter } from '../../../serving/capture/resources/resource-meter.ts';
import { startOf } from '../../../serving/host/process-table.ts';
import { startEvidence } from '../support/evidence.ts';
import type { Evidence } from '../support/evidence.ts';
import { CANDIDATE, STABLE, startServing } from '../support/serving.ts';
import type { Serving } from '../support/serving.ts';
import { until } from '../support/until.ts';

let evidence: Evidence;
let serving: Serving;
const children: ChildProcess[] = [];
beforeAll(async () => {
  evidence = await startEvidence();
  serving = await startServing({ databaseUrl: evidence.database.appUrl, settings: { batchMs: 2000 } });
});
afterEach(() => children.splice(0).forEach(killGroup));
afterAll(async () => {
  await serving.stop();
  await evidence.stop();
});

const IDLE = 'setInterval(() => {}, 1000)';
/** Works a quarter of the time, so that two of them leave the machine to others. */
const BUSY = 'setInterval(() => { const end = Date.now() + 25; while (Date.now() < end); }, 100)';
const WITH_CHILD = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(BUSY)}], { stdio: 'ignore' }); ${IDLE}`;

/** What a child has started itself ends with it. */
function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function run(program: string): Promise<{ pid: number; started: string }> {
  const child = spawn(process.execPath, ['-e', program], { stdio: 'ignore', detached: true });
  children.push(child);
  const pid = child.pid ?? 0;
  return { pid, started: (await startOf(pid)) ?? '' };
}

test('time and memory of a server are those of its whole tree', async () => {
  const [alone, withChild] = [await run(IDLE), await run(WITH_CHILD)];
  const one = await until(
    'a process',
    () => readProcessUse(alone),
    (seen) => (seen?.memoryBytes ?? 0) > 20e6,
  );
  const both = await until(
    'a busy tree',
    () => readProcessUse(withChild),
    (seen) => (seen?.cpuSeconds ?? 0) > 0.5,
  );
  expect(both?.memoryBytes).toBeGreaterThan(1.5 * (one?.memoryBytes ?? Infinity));
});

test('of a process that has ended, or is another one by now, nothing is told', async () => {
  const { pid, started } = await run(IDLE);
  expect(readProcessUse({ pid, started })).not.toBeNull();
  expect(readProcessUse({ pid, started: 'boot/1' })).toBeNull();
  children[0]?.kill('SIGKILL');
  await until('its end', () => readProcessUse({ pid, started }) === null);
});

test('a batch says what each server used during it, and nothing of a server that nobody knows', async () => {
  const desired = serving.desired(splitRoute(STABLE, CANDIDATE, 5000), 1);
  await serving.plane.apply([desired]);
  const busy = await run(BUSY);
  await serving.capture?.configure([
    { ...desired, versions: desired.versions.map((v) => (v.key === STABLE ? { ...v, process: busy } : v)) },
  ]);
  const batches = await evidence.batchesUnder(1, (seen) => seen.filter(({ arms }) => arms[0]?.resources).length >= 2);
  const measured = batches.flatMap(({ arms }) => arms.filter(({ version }) => version === STABLE));
  const last = measured.at(-1)?.resources;
  expect(last).toMatchObject({ replicas: 1 });
  expect(last?.samples).toBeGreaterThanOrEqual(1);
  expect(last?.samples).toBeLessThanOrEqual(3);
  // A quarter of two seconds, on a machine that may be busy.
  expect(last?.cpuSeconds).toBeGreaterThan(0.15);
  expect(last?.cpuSeconds).toBeLessThan(1.5);
  expect(last?.memoryBytes).toBeGreaterThan(20e6);
  for (const arm of batches.flatMap(({ arms }) => arms))
    if (arm.version === CANDIDATE) expect(arm.resources).toBeUndefined();
});

test('the server of a version may become another process', async () => {
  const desired = serving.desired(wholeRoute(STABLE), 2);
  const tell = async () => {
    const process = await run(IDLE);
    const versions = desired.versions.map((v) => (v.key === STABLE ? { ...v, process } : v));
    await serving.capture?.configure([{ ...desired, versions }]);
    return process;
  };
  await tell();
  children[0]?.kill('SIGKILL');
  await tell();
  await evidence.batchesUnder(2, (seen) => seen.filter(({ arms }) => arms[0]?.resources).length >= 1);
});

function meterOf(use: () => ProcessUse | null, idle = new Map<string, number>()) {
  const ports = { idleOf: (version: string) => idle.get(version), onIdle: idle.set.bind(idle) };
  const meter = createResourceMeter({ read: use, ...ports });
  return { meter, idle, server: { version: 'v1', process: { pid: 1, started: 'x' } } };
}

test('idle time is the least of fifteen seconds or more before the first request, and holds for later batches', () => {
  let cpuSeconds = 0;
  const { meter, idle, server } = meterOf(() => ({ cpuSeconds, memoryBytes: 1e8 }));
  meter.watch([server], []);
  const look = (from: number, to: number, rate: number) => {
    for (let second = from; second <= to; second += 1) {
      if (second > from || from > 0) cpuSeconds += rate;
      meter.look(second * 1000);
    }
  };
  look(0, 5, 0.9);
  meter.watch([server], ['v1']);
  expect(idle.size).toBe(0);
  meter.watch([server], []);
  look(6, 20, 0.02);
  meter.take(20_000);
  meter.watch([server], ['v1']);
  expect(idle.get('v1')).toBeCloseTo(0.02, 6);
  look(21, 30, 0.5);
  expect(meter.take(10_000).get('v1')).toEqual({
    replicas: 1,
    samples: 10,
    cpuSeconds: 5,
    idleCpuSeconds: 0.2,
    memoryBytes: 1e8,
  });
});

test('what was not measured is absent: the first reading, a gap, a process whose time went backwards', () => {
  let use: ProcessUse | null = { cpuSeconds: 5, memoryBytes: 1 };
  const { meter, server } = meterOf(() => use);
  meter.watch([server], ['v1']);
  meter.look(0);
  expect(meter.take(1000).size).toBe(0);
  use = null;
  meter.look(1000);
  expect(meter.take(1000).size).toBe(0);
  use = { cpuSeconds: 9, memoryBytes: 1 };
  meter.look(2000);
  use = { cpuSeconds: 3, memoryBytes: 1 };
  meter.look(3000);
  expect(meter.take(2000).size).toBe(0);
  use = { cpuSeconds: 3.5, memoryBytes: 1 };
  meter.look(4000);
  expect(meter.take(2000).get('v1')).toMatchObject({ samples: 1, cpuSeconds: 1 });
});

test('readings are a second apart, however often they are asked for', () => {
  let readings = 0;
  const { meter, server } = meterOf(() => ({ cpuSeconds: (readings += 1), memoryBytes: 1 }));
  meter.watch([server], ['v1']);
  for (let ms = 0; ms <= 5000; ms += 50) meter.look(ms);
  expect(readings).toBeLessThanOrEqual(6);
});
