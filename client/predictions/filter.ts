import { parsePredicate, PredicateFault, type Predicate } from '../../domain/predicate.ts';
import { predicateSql } from '../../domain/predicate-sql.ts';
import { usageFailure } from '../failure.ts';
import type { Place } from '../rollouts/place.ts';

/** Which predictions of an endpoint. */
export interface PredictionFilter extends Place {
  /** ISO 8601, inclusive. */
  readonly since?: string | undefined;
  /** ISO 8601, exclusive. */
  readonly until?: string | undefined;
  /** A registry number or a full key. */
  readonly version?: string | undefined;
  readonly arm?: string | undefined;
  /** Only those that a mirrored version answered otherwise. */
  readonly disagree?: boolean | undefined;
  readonly slice?: Predicate | undefined;
}

/** The clock of a copy starts a little after that of its request. */
const APART = '5 minutes';

/** The rows of a filter, newest first, as one statement with its parameters. */
export function predictionQuery(filter: PredictionFilter): { readonly text: string; readonly values: unknown[] } {
  const values: unknown[] = [filter.target, filter.endpoint];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const conditions = ['p.target = $1', 'p.endpoint = $2', "p.role = 'live'"];
  if (filter.since !== undefined) conditions.push(`p.ts >= ${parameter(filter.since)}`);
  if (filter.until !== undefined) conditions.push(`p.ts < ${parameter(filter.until)}`);
  if (filter.version !== undefined) conditions.push(isVersion('p.version', parameter(filter.version)));
  if (filter.arm !== undefined) conditions.push(isVersion('p.arm', parameter(filter.arm)));
  if (filter.disagree) conditions.push('m.differs');
  if (filter.slice) conditions.push(predicateSql(filter.slice, 'p.input', values));
  const text = `
    SELECT p.ts, p.request_id AS "requestId", p.row, p.version, p.arm, p.user_id AS "userId", p.status,
      p.latency_ms AS "latencyMs", p.input, p.prediction, m.mirrored, o.label
    FROM slipway.predictions p
    LEFT JOIN LATERAL (
      SELECT jsonb_object_agg(s.arm, s.prediction) AS mirrored, bool_or(s.prediction IS DISTINCT FROM p.prediction) AS differs
      FROM slipway.predictions s
      WHERE s.target = p.target AND s.endpoint = p.endpoint AND s.request_id = p.request_id AND s.row = p.row
        AND s.role = 'shadow' AND s.ts BETWEEN p.ts - interval '${APART}' AND p.ts + interval '${APART}'
        AND s.status BETWEEN 200 AND 299
    ) m ON true
    LEFT JOIN slipway.outcomes o
      ON o.target = p.target AND o.endpoint = p.endpoint AND o.request_id = p.request_id AND o.row = p.row
    WHERE ${conditions.join('\n      AND ')}
    ORDER BY p.ts DESC, p.request_id, p.row`;
  return { text, values };
}

/** @throws Failure that says what of the condition is not understood */
export function parseSlice(text: string): Predicate {
  try {
    return parsePredicate(text);
  } catch (error) {
    if (error instanceof PredicateFault) throw usageFailure(`--slice is no condition ${error.message}`);
    throw error;
  }
}

function isVersion(column: string, parameter: string): string {
  return `(${column} = ${parameter} OR regexp_replace(${column}, '^v(.+)-[0-9a-f]+$', '\\1') = ${parameter})`;
}
