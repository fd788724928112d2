import type { Outcome } from './play.ts';
import type { Outcomes } from './pool.ts';
import { isHarmless, scenarioOf } from '../scenarios/all.ts';
import { tally, type Series, type Tally } from './tally.ts';
import { upperBound } from './interval.ts';

/** One procedure over all scenarios. Shares are 0 to 1. */
export interface Summary {
  readonly procedure: string;
  readonly scenarios: readonly { readonly name: string; readonly harmless: boolean; readonly tally: Tally }[];
  readonly harmless: Tally;
  readonly bad: Tally;
  /** False rollbacks in the scenario with the most of them, and the upper end of its 95 % interval. */
  readonly worst: { readonly name: string; readonly share: number; readonly upper: number };
}

/** Totals count every run alike, so that every scenario has the same weight. */
export function summarise(outcomes: Outcomes, procedure: string): Summary {
  const series = new Map([...outcomes].map(([name, by]) => [name, seriesOf(name, by.get(procedure) ?? [])]));
  const part = (harmless: boolean) =>
    [...series].filter(([name]) => isHarmless(scenarioOf(name)) === harmless).map(([, each]) => each);
  const scenarios = [...series].map(([name, each]) => ({
    name,
    harmless: isHarmless(scenarioOf(name)),
    tally: tally([each]),
  }));
  const worst = scenarios
    .filter(({ harmless }) => harmless)
    .map(({ name, tally: { rolledBack, runs } }) => ({
      name,
      share: rolledBack / runs,
      upper: upperBound(rolledBack, runs),
    }))
    .reduce((most, each) => (each.share > most.share ? each : most), { name: '', share: -1, upper: 0 });
  return { procedure, scenarios, harmless: tally(part(true)), bad: tally(part(false)), worst };
}

/** Outcomes with the minute after which the scenario's fault counts. */
export function seriesOf(scenario: string, outcomes: readonly Outcome[]): Series {
  return { onset: scenarioOf(scenario).fault?.onset ?? 0, outcomes };
}
