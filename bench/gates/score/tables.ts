import type { Summary } from './summary.ts';
import { minutes, percent, type Table } from './table.ts';
import { upperBound } from './interval.ts';

/** One row a procedure: all that gates are judged by. */
export function comparison(summaries: readonly Summary[]): Table {
  return [
    [
      'procedure',
      'false rollback, worst kind % (95 % ≤)',
      'mean %',
      'harmless promoted %',
      'median min',
      'bad rolled back %',
      'bad promoted % (95 % ≤)',
      'bad exposure %',
      'median min to rollback',
    ],
    ...summaries.map(({ procedure, worst, harmless, bad }) => [
      procedure,
      `${percent(worst.share)} (${percent(worst.upper)})`,
      percent(harmless.rolledBack / harmless.runs),
      percent(harmless.promoted / harmless.runs, 0),
      minutes(harmless.minutesToPromotion),
      percent(bad.rolledBack / bad.runs),
      `${percent(bad.promoted / bad.runs)} (${percent(upperBound(bad.promoted, bad.runs))})`,
      percent(bad.exposure, 2),
      minutes(bad.minutesToRollback),
    ]),
  ];
}

/** One row a harmless scenario. */
export function harmlessTable({ scenarios }: Summary): Table {
  return [
    ['harmless', 'rolled back %', '95 % ≤', 'promoted %', 'median min', 'undecided %'],
    ...scenarios
      .filter(({ harmless }) => harmless)
      .map(({ name, tally: { runs, rolledBack, promoted, minutesToPromotion } }) => [
        name,
        percent(rolledBack / runs),
        percent(upperBound(rolledBack, runs)),
        percent(promoted / runs),
        minutes(minutesToPromotion),
        percent((runs - rolledBack - promoted) / runs),
      ]),
  ];
}

/** One row a bad scenario. */
export function badTable({ scenarios }: Summary): Table {
  return [
    ['bad', 'rolled back %', 'median min', 'promoted %', 'before the onset %', 'exposure %'],
    ...scenarios
      .filter(({ harmless }) => !harmless)
      .map(({ name, tally: { runs, rolledBack, promoted, promotedEarly, minutesToRollback, exposure } }) => [
        name,
        percent(rolledBack / runs),
        minutes(minutesToRollback),
        percent(promoted / runs),
        percent(promotedEarly / runs),
        percent(exposure, 2),
      ]),
  ];
}
