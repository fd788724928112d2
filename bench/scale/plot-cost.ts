import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../client/stack/paths.ts';
import type { PhaseResult } from './phase.ts';
import { costPlot, type Series } from './plot.ts';

const FOLDER = join(ROOT, '.cache', 'scale');

/** Draws what phases cost against the number of rollouts, and against their traffic, into `.cache/scale/`. */
export async function plotCost(bySize: readonly PhaseResult[], byTraffic: readonly PhaseResult[]): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const rising = byTraffic.toSorted((a, b) => a.requestsPerSecond - b.requestsPerSecond);
  const most = bySize.at(-1)?.rollouts ?? 0;
  const files = {
    'rollouts.svg': costPlot(
      'Cost against rollouts, 50 requests a second each',
      'rollouts',
      seriesOf(bySize, ({ rollouts }) => rollouts),
    ),
    'traffic.svg': costPlot(
      `Cost against traffic, ${most} rollouts`,
      'requests a second, each endpoint',
      seriesOf(rising, ({ requestsPerSecond }) => requestsPerSecond),
    ),
  };
  for (const [name, svg] of Object.entries(files)) await writeFile(join(FOLDER, name), svg);
  process.stdout.write(`plots: .cache/scale/{${Object.keys(files).join(',')}}\n`);
}

function seriesOf(phases: readonly PhaseResult[], x: (phase: PhaseResult) => number): Series[] {
  const line = (name: string, y: (phase: PhaseResult) => number): Series => ({
    name,
    points: phases.map((phase) => [x(phase), Number(y(phase).toPrecision(2))]),
  });
  return [
    line('worker CPU %', ({ workerCpu }) => workerCpu * 100),
    line('Temporal CPU %', ({ temporalCpu }) => temporalCpu * 100),
    line('PostgreSQL CPU %', ({ postgresCpu }) => postgresCpu * 100),
    line('queries/s', ({ queriesPerSecond }) => queriesPerSecond),
  ];
}
