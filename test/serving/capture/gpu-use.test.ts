import { afterEach, expect, test } from 'vitest';
import { gpuLines, watchGpus } from '../../../serving/capture/resources/gpu-use.ts';
import type { GpuWatch } from '../../../serving/capture/resources/gpu-use.ts';
import { createResourceMeter } from '../../../serving/capture/resources/resource-meter.ts';
import { until } from '../support/until.ts';

/** As drivers of the series 535 and later write it, and those of 390. */
const RECENT = [
  '# gpu         pid   type     sm    mem    enc    dec    jpg    ofa     fb   ccpm    command ',
  '# Idx           #    C/G      %      %      %      %      %      %     MB     MB    name ',
  '    0       3105     C     47      9      -      -      -      -   1052      0    python         ',
  '    1       3105     C      3      0      -      -      -      -    500      0    python         ',
  '    2          -     -      -      -      -      -      -      -      -      -    -              ',
];
const OLD = [
  '# gpu        pid  type    sm   mem   enc   dec    fb   command',
  '# Idx          #   C/G     %     %     %     %    MB   name',
  '    0       1863     C     -     -     -     -   219   python3',
];
const MEGABYTE = 1024 * 1024;

let watch: GpuWatch | undefined;
afterEach(() => watch?.close());

const readAll = (lines: readonly string[]) => lines.flatMap(gpuLines());

test('lines are read by the names of their columns, whatever the driver, and a dash is nothing', () => {
  expect(readAll(RECENT)).toEqual([
    { pid: 3105, busy: 0.47, memoryBytes: 1052 * MEGABYTE },
    { pid: 3105, busy: 0.03, memoryBytes: 500 * MEGABYTE },
  ]);
  expect(readAll(OLD)).toEqual([{ pid: 1863, busy: 0, memoryBytes: 219 * MEGABYTE }]);
  expect(readAll(['Not supported on the device(s)', ''])).toEqual([]);
});

test('what a process uses of several GPUs is added up, and what nobody told of is not known', async () => {
  const program = `console.log(${JSON.stringify(RECENT.join('\n'))}); setInterval(() => {}, 1000)`;
  const gpus = (watch = watchGpus([process.execPath, '-e', program]));
  const seen = await until('a reading', () => gpus.of(3105), (use) => use?.gpuMemoryBytes === 1552 * MEGABYTE); // prettier-ignore
  expect(seen?.gpuSeconds).toBeCloseTo(0.5, 9);
  expect(gpus.of(1)).toBeNull();
});

test('a machine without the program is one without GPUs, and nothing is signalled in its place', async () => {
  const gpus = (watch = watchGpus(['no-such-program']));
  // Its end is told in the next turn; what is signalled then would reach all of this process's own group.
  await new Promise((resolve) => setImmediate(resolve));
  expect(gpus.of(process.pid)).toBeNull();
});

test('a batch says what its servers used of GPUs, and nothing where no reading told', () => {
  let gpuSeconds: number | undefined = 7;
  const use = () => ({
    cpuSeconds: 1,
    memoryBytes: 1,
    ...(gpuSeconds !== undefined && { gpuSeconds, gpuMemoryBytes: 2e9 }),
  });
  const meter = createResourceMeter({ read: use, idleOf: () => undefined, onIdle: () => undefined });
  meter.watch([{ version: 'v1', process: { pid: 1, started: 'x' } }], ['v1']);
  for (let second = 0; second <= 4; second += 1) {
    meter.look(second * 1000);
    gpuSeconds += 0.25;
  }
  expect(meter.take(10_000).get('v1')).toMatchObject({ gpuSeconds: 2.5, gpuMemoryBytes: 2e9 });
  gpuSeconds = undefined;
  meter.look(5000);
  const after = meter.take(1000).get('v1');
  expect(after).toMatchObject({ samples: 1 });
  expect(after).not.toHaveProperty('gpuSeconds');
  expect(after).not.toHaveProperty('gpuMemoryBytes');
});
