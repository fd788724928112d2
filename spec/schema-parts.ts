import { DURATION_PATTERN } from '../domain/duration.ts';

/** A JSON Schema (draft 07), or a part of one. */
export type Schema = Readonly<Record<string, unknown>>;

/** An object that takes only the named keys. */
export function object(description: string, properties: Record<string, Schema>, required: string[] = []): Schema {
  return { type: 'object', description, properties, required, additionalProperties: false };
}

export function duration(description: string, fallback?: string, example = '15m'): Schema {
  return { type: 'string', pattern: DURATION_PATTERN, description, ...orExamples(fallback, example) };
}

/** A share of requests, rows or answers: above 0, at most 1. */
export function share(description: string, fallback: number): Schema {
  return { type: 'number', exclusiveMinimum: 0, maximum: 1, description, default: fallback };
}

export function probability(description: string, fallback: number): Schema {
  return { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 0.5, description, default: fallback };
}

export function percent(description: string, fallback?: number): Schema {
  return { type: 'number', exclusiveMinimum: 0, maximum: 100, description, ...orExamples(fallback, 10) };
}

export function count(description: string, fallback?: number): Schema {
  return { type: 'integer', minimum: 1, description, ...orExamples(fallback, 1_000) };
}

export function text(description: string, example: string, pattern?: string): Schema {
  return {
    type: 'string',
    minLength: 1,
    description,
    ...(pattern === undefined ? {} : { pattern }),
    examples: [example],
  };
}

export function flag(description: string, fallback: boolean): Schema {
  return { type: 'boolean', description, default: fallback };
}

export function list(description: string, items: Schema, example: unknown[], rest: Schema = {}): Schema {
  return { type: 'array', description, items, examples: [example], ...rest };
}

/**
 * Either `false` or an object. By `if`, not `oneOf`: a validator then names the fault inside the object instead of
 * saying that neither form fits.
 */
export function orFalse(description: string, schema: Schema): Schema {
  return { description, if: { type: 'boolean' }, then: { const: false }, else: schema };
}

/** A margin on one metric, as a share or as a ratio. */
export function metric(description: string, unit: 'share' | 'ratio', margin: number, required: boolean): Schema {
  const limit = unit === 'share' ? { maximum: 1 } : {};
  return object(description, {
    margin: {
      type: 'number',
      exclusiveMinimum: 0,
      ...limit,
      description:
        unit === 'share'
          ? 'Most that the candidate may be worse by, as a share: 0.01 is one percentage point.'
          : "Most that the candidate may be slower by, relative to stable: 0.5 is one and a half times stable's.",
      default: margin,
    },
    required: flag(
      'Whether promotion needs proof within the margin; otherwise the metric can only roll back.',
      required,
    ),
  });
}

/** A margin on a metric that is not judged unless it is named: what it then has where nothing is said, has no default before. */
export function namedMetric(description: string, unit: 'share' | 'ratio', margin: number): Schema {
  return object(`${description} Judged only where named.`, {
    margin: {
      type: 'number',
      exclusiveMinimum: 0,
      ...(unit === 'share' ? { maximum: 1 } : {}),
      description:
        unit === 'share'
          ? `Most that the candidate may be worse by, as a share: 0.01 is one percentage point; ${margin} when absent.`
          : `Most that the candidate may have more than stable, as a ratio minus one: 0.1 is a tenth more; ${margin} when absent.`,
      examples: [margin],
    },
    required: {
      type: 'boolean',
      description:
        'Whether promotion waits for proof within the margin, as it does when absent; with `false` the metric can only roll back.',
      examples: [false],
    },
  });
}

function orExamples(fallback: unknown, example: unknown): Schema {
  return fallback === undefined ? { examples: [example] } : { default: fallback };
}
