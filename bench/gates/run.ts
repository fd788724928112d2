import { availableParallelism } from 'node:os';
import type { Summary } from './score/summary.ts';
import { CALIBRATION_WINDOWS } from './sim/scenario.ts';
import { DEFAULT_CONFIG } from './default-config.ts';
import { HALF_ERRORS, SCENARIOS } from './scenarios/all.ts';
import { PROCEDURE_NAMES } from './procedures/all.ts';
import { badTable, comparison, harmlessTable } from './score/tables.ts';
import { costOf } from './cost.ts';
import { figuresOf, goalsFor } from './score/figures.ts';
import { judged, type Benchmark } from '../benchmark.ts';
import { markdownTable, plainTable } from './score/table.ts';
import { playAll, type Outcomes } from './score/pool.ts';
import { replaceTable } from './score/readme.ts';
import { summarise } from './score/summary.ts';

const SLIPWAY = 'Slipway';
const RAMP = 'Slipway, risk-bounded ramp';
const FULL_RUNS = 400;
const QUICK_RUNS = 5;
/** Of what is shown beside the comparison. */
const MOST_SIDE_RUNS = 100;

/**
 * Slipway's gate beside others on simulated rollouts of one hour with a look every minute, on fresh seeds.
 *
 * `GATES_SEED` repeats a run, `GATES_RUNS` sets the runs per scenario, `GATES_TABLE` names a Markdown file whose table between
 * `<!-- gates -->` and `<!-- /gates -->` is replaced. Seeds below 1,000 are for tuning; the clock gives others.
 */
export const run: Benchmark = async ({ quick }) => {
  const seed = Number(process.env['GATES_SEED'] ?? Date.now());
  const runs = Number(process.env['GATES_RUNS'] ?? (quick ? QUICK_RUNS : FULL_RUNS));
  process.stdout.write(
    `\n  ${SCENARIOS.length} kinds of rollout, ${runs} runs each; GATES_SEED=${seed} repeats them\n`,
  );
  const compared = PROCEDURE_NAMES.filter((name) => name !== RAMP);
  const outcomes = await study(compared, seed, runs, CALIBRATION_WINDOWS);
  const [slipway, ...others] = compared.map((name) => summarise(outcomes, name));
  if (!slipway) throw new Error('no procedures');
  const sideRuns = Math.min(runs, MOST_SIDE_RUNS);
  const ramp = summarise(await study([RAMP], seed, sideRuns, CALIBRATION_WINDOWS), RAMP);
  const rows = [slipway, ramp, ...(quick ? [] : [await uncalibrated(seed, sideRuns)]), ...others];
  const table = comparison(rows);
  for (const each of [table, harmlessTable(slipway), badTable(slipway)]) process.stdout.write(`\n${plainTable(each)}`);
  const file = process.env['GATES_TABLE'];
  if (file) await replaceTable(file, markdownTable(table));
  const halfErrors = outcomes.get(HALF_ERRORS)?.get(SLIPWAY) ?? [];
  return judged(figuresOf(slipway, ramp, halfErrors, costOf(seed)), goalsFor(runs));
};

/** Slipway without calibration windows. */
async function uncalibrated(seed: number, runs: number): Promise<Summary> {
  const summary = summarise(await study([SLIPWAY], seed, runs, 0), SLIPWAY);
  return { ...summary, procedure: `${SLIPWAY}, no calibration` };
}

async function study(procedures: readonly string[], seed: number, runs: number, windows: number): Promise<Outcomes> {
  return playAll({
    procedures,
    scenarios: SCENARIOS.map(({ name }) => name),
    runs,
    seed,
    windows,
    config: DEFAULT_CONFIG,
    threads: Math.max(2, availableParallelism()),
    onScenario: () => void process.stderr.write('.'),
  }).finally(() => void process.stderr.write('\n'));
}
