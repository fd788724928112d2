import { parseArgs } from 'node:util';
import { CALIBRATION_WINDOWS } from './sim/scenario.ts';
import { DEFAULT_CONFIG } from './default-config.ts';
import { PROCEDURE_NAMES } from './procedures/all.ts';
import { SCENARIOS, isHarmless, scenarioOf } from './scenarios/all.ts';
import { playAll } from './score/pool.ts';
import { seriesOf } from './score/summary.ts';
import { tally, type Series } from './score/tally.ts';

const USAGE = `One line per scenario and procedure: what rollback, promotion and exposure come to.

  node bench/gates/tune.ts [--runs 50] [--seed 1] [--only slipway] [--scenarios 'arm|plain'] [--bad | --harmless]
                           [--no-calibration | --windows 10] [--config '{"alpha":0.02}'] [--threads 2]

--only and --scenarios are regular expressions over names. Tune on seeds below 1000; those from 1000 on are for measuring only.`;

const { values } = parseArgs({
  allowNegative: true,
  options: {
    runs: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    scenarios: { type: 'string', default: '' },
    bad: { type: 'boolean', default: false },
    harmless: { type: 'boolean', default: false },
    calibration: { type: 'boolean', default: true },
    windows: { type: 'string', default: `${CALIBRATION_WINDOWS}` },
    config: { type: 'string', default: '{}' },
    threads: { type: 'string', default: '2' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(`${USAGE}\n`);
else await tune();

async function tune(): Promise<void> {
  const procedures = PROCEDURE_NAMES.filter((name) => new RegExp(values.only, 'i').test(name));
  const scenarios = SCENARIOS.filter(
    (each) =>
      new RegExp(values.scenarios, 'i').test(each.name) &&
      !(values.bad && isHarmless(each)) &&
      !(values.harmless && !isHarmless(each)),
  ).map(({ name }) => name);
  const began = performance.now();
  process.stdout.write(
    `${'scenario'.padEnd(50)} rolled back  promoted (early)  undecided  back after  promoted at  exposure\n`,
  );
  const outcomes = await playAll({
    procedures,
    scenarios,
    runs: Number(values.runs),
    seed: Number(values.seed),
    windows: values.calibration ? Number(values.windows) : 0,
    config: { ...DEFAULT_CONFIG, ...(JSON.parse(values.config) as object) },
    threads: Number(values.threads),
    onScenario: (name, byProcedure) => {
      for (const [procedure, each] of byProcedure)
        line(label(name, procedure, procedures.length), [seriesOf(name, each)]);
    },
  });
  for (const procedure of procedures)
    for (const harmless of [true, false]) {
      const part = scenarios.filter((name) => isHarmless(scenarioOf(name)) === harmless);
      const all = part.map((name) => seriesOf(name, outcomes.get(name)?.get(procedure) ?? []));
      if (all.length > 0) line(`= ${harmless ? 'HARMLESS' : 'BAD'} ${procedure}`, all);
    }
  process.stdout.write(`${((performance.now() - began) / 1000).toFixed(1)} s\n`);
}

function label(scenario: string, procedure: string, procedures: number): string {
  const mark = isHarmless(scenarioOf(scenario)) ? 'ok ' : 'BAD';
  return `${mark} ${scenario}${procedures > 1 ? ` | ${procedure}` : ''}`;
}

function line(name: string, all: readonly Series[]): void {
  const { runs, rolledBack, promoted, promotedEarly, minutesToRollback, minutesToPromotion, exposure } = tally(all);
  const share = (count: number) => `${((100 * count) / runs).toFixed(1)}%`;
  const cells = [
    share(rolledBack).padStart(11),
    `${share(promoted)} (${share(promotedEarly)})`.padStart(17),
    share(runs - rolledBack - promoted).padStart(10),
    minutes(minutesToRollback).padStart(11),
    minutes(minutesToPromotion).padStart(12),
    `${(100 * exposure).toFixed(2)}%`.padStart(9),
  ];
  process.stdout.write(`${name.padEnd(50)} ${cells.join(' ')}\n`);
}

function minutes(value: number): string {
  return Number.isNaN(value) ? '-' : `${value} min`;
}
