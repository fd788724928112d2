import { predicateSql } from '../../domain/predicate-sql.ts';
import type { Predicate } from '../../domain/predicate.ts';
import { classify, type Cell, type ClassificationQuality } from './classification.ts';
import { USUAL_TAIL } from './interval.ts';
import { regress, type ErrorSums, type RegressionQuality } from './regression.ts';

/** Predictions whose labels are asked for, by when they were made. */
export interface QualityWindow {
  readonly target: string;
  readonly endpoint: string;
  /** ISO 8601: the first moment, and the one behind the last. */
  readonly since: string;
  readonly until: string;
  readonly slice?: Predicate | undefined;
}

export type Quality = ClassificationQuality | RegressionQuality;

/** A statement with its parameters. */
export interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

/** The single value inside `[3]` or `{"label": 3}`, at most two deep; NULL where there are several. */
const unwrapped = (value: string) => `case jsonb_typeof(${value})
  when 'array' then case when jsonb_array_length(${value}) = 1 then ${value} -> 0 end
  when 'object' then (select case when count(*) = 1 then (array_agg(e.value))[1] end from jsonb_each(${value}) e)
  else ${value} end`;

/** A number whose fourth power is a number still: one mistyped label must not end the statement. */
const bounded = (value: string) => `least(greatest((${value} #>> '{}')::numeric, -1e70), 1e70)::float8`;

/** As text, the same for `3` and `3.0`. */
const plain = (value: string) => `case jsonb_typeof(${value})
  when 'number' then trim_scale((${value} #>> '{}')::numeric)::text else ${value} #>> '{}' end`;

/**
 * Sums of errors by version, for labels and predictions that are numbers; `fractions` tells measurements from ids of
 * classes. Takes one row for each version that has labels.
 */
function errorSumsQuestion(window: QualityWindow): Statement {
  const { text, values } = judged(window);
  return {
    text: `${text}, numbered as (
      select version, ${bounded('label')} as label, ${bounded('prediction')} - ${bounded('label')} as error,
        label #>> '{}' ~ '[.]\\d*[1-9]' or prediction #>> '{}' ~ '[.]\\d*[1-9]' as fraction
      from judged where jsonb_typeof(label) = 'number' and jsonb_typeof(prediction) = 'number'
    ), others as (
      select version, count(*) as n from judged
      where jsonb_typeof(label) <> 'number' or jsonb_typeof(prediction) <> 'number' group by version
    )
    select version, count(*)::float8 as n, sum(label) as label, sum(label * label) as "labelSquares",
      sum(abs(error)) as absolute, sum(error * error) as squares, sum(error * error * error * error) as fourths,
      bool_or(fraction) as fractions, coalesce((select n from others o where o.version = numbered.version), 0)::float8 as others
    from numbered group by version`,
    values,
  };
}

/** How often each label met each prediction, by version; the rarest are left out behind the limit. */
function cellsQuestion(window: QualityWindow, versions: readonly string[]): Statement {
  const { text, values } = judged(window);
  const parameter = values.push([...versions]);
  return {
    text: `${text}
    select version, ${plain('label')} as label, ${plain('prediction')} as prediction, count(*)::float8 as n
    from judged where version <> all ($${parameter}::text[])
    group by 1, 2, 3 order by n desc limit ${MOST_CELLS}`,
    values,
  };
}

/** More pairs than this are no classes. */
const MOST_CELLS = 20_000;

type ErrorSumsRow = ErrorSums & {
  readonly version: string;
  readonly fractions: boolean;
  readonly others: number;
};

/** Whether a version's labels are measurements: all of them numbers, at least one with a fraction. */
function isMeasured({ fractions, others }: ErrorSumsRow): boolean {
  return fractions && others === 0;
}

/** Runs a statement and gives its rows. */
export type Ask = <Row extends object>(statement: Statement) => Promise<Row[]>;

/** What the labels say of each version. @param tail, least as in `classify` @throws whatever `ask` throws */
export async function readQuality(
  ask: Ask,
  window: QualityWindow,
  tail = USUAL_TAIL,
  least = 0,
): Promise<Readonly<Record<string, Quality>>> {
  const measured = (await ask<ErrorSumsRow>(errorSumsQuestion(window))).filter(isMeasured);
  const known = measured.map(({ version }) => version);
  const cells = await ask<Cell & { readonly version: string }>(cellsQuestion(window, known));
  const classes = [...Map.groupBy(cells, ({ version }) => version)];
  return Object.fromEntries<Quality>([
    ...measured.map((sums) => [sums.version, regress(sums, tail)] as const),
    ...classes.map(([version, of]) => [version, classify(of, tail, least)] as const),
  ]);
}

/** The beginning of a statement: labels beside what was predicted, where the two can be compared. */
function judged({ target, endpoint, since, until, slice }: QualityWindow): Statement {
  const values: unknown[] = [target, endpoint, since, until];
  const condition = slice === undefined ? '' : `and ${predicateSql(slice, 'p.input', values)}`;
  const text = `with once as (
      select p.version, o.label, ${unwrapped('p.prediction')} as prediction
      from slipway.outcomes o
      join slipway.predictions p on p.ts = o.served_at and p.target = o.target and p.endpoint = o.endpoint
        and p.request_id = o.request_id and p.row = o.row and p.role = 'live' and p.version is not null
      where o.target = $1 and o.endpoint = $2 and o.served_at >= $3::timestamptz and o.served_at < $4::timestamptz
        and p.ts >= $3::timestamptz and p.ts < $4::timestamptz ${condition}
    ), twice as (
      select version, label, ${unwrapped('prediction')} as prediction from once
    ), judged as (
      select * from twice
      where jsonb_typeof(prediction) in ('string', 'number', 'boolean') and jsonb_typeof(label) in ('string', 'number', 'boolean')
    )`;
  return { text, values };
}
