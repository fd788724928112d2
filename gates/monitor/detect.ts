import type { Finding, Measure } from '../../domain/monitor.ts';
import type { Detector, MonitoredWindow } from './detector.ts';
import { detectDrift } from './drift.ts';
import { detectInputQuality } from './input-quality.ts';
import { detectGrowth } from './memory.ts';
import { detectLatency } from './latency.ts';
import { detectOutliers } from './outliers.ts';
import { detectRates } from './rates.ts';
import { detectSilence } from './silence.ts';
import { detectUse } from './use.ts';

/** Everything that is looked for in the sealed batches of a window; each by itself, with a memory of its own. */
const DETECTORS = {
  rates: detectRates,
  latency: detectLatency,
  growth: detectGrowth,
  use: detectUse,
  outliers: detectOutliers,
  silence: detectSilence,
  drift: detectDrift,
  inputs: detectInputQuality,
} as const;

/** What the detectors remember of one version, by name: a few KB of plain data. */
export type DetectorMemory = Readonly<Record<string, unknown>>;

/** What one more window of a version shows, and what is to be remembered of it; pure. */
export function detect(
  memory: DetectorMemory,
  window: MonitoredWindow,
): { readonly memory: DetectorMemory; readonly findings: readonly Finding[]; readonly measures: readonly Measure[] } {
  const looked = Object.entries(DETECTORS).map(([name, detector]) => {
    // Each reads back only what it wrote itself.
    const { state, findings, measures = [] } = (detector as Detector<unknown>)(memory[name], window);
    return { name, state, findings, measures };
  });
  return {
    memory: { ...memory, ...Object.fromEntries(looked.map(({ name, state }) => [name, state])) },
    findings: looked.flatMap(({ findings }) => findings),
    measures: looked.flatMap(({ measures }) => measures),
  };
}
