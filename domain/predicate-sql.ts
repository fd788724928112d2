import type { Literal, Predicate } from './predicate.ts';

/**
 * A predicate as PostgreSQL's SQL over a `jsonb` object, unknown where a field is missing or of another type. Names and
 * values go as parameters, appended to `values`; nothing of the predicate's text becomes SQL.
 */
export function predicateSql(predicate: Predicate, input: string, values: unknown[]): string {
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const sqlOf = (each: Predicate): string => {
    switch (each.kind) {
      case 'all':
        return `(${each.of.map(sqlOf).join(' and ')})`;
      case 'any':
        return `(${each.of.map(sqlOf).join(' or ')})`;
      case 'not':
        return `(not ${sqlOf(each.of)})`;
      case 'missing':
        return `(coalesce(jsonb_typeof(${input} -> ${parameter(each.field)}::text), 'null') = 'null')`;
      case 'compare': {
        const field = `${parameter(each.field)}::text`;
        const { type, cast } = TYPES[typeof each.value as keyof typeof TYPES];
        const value = parameter(valueOf(each.value));
        return `(case when jsonb_typeof(${input} -> ${field}) = '${type}'
          then (${input} ->> ${field})::${cast} ${each.by} ${value}::${cast} end)`;
      }
    }
  };
  return sqlOf(predicate);
}

const TYPES = {
  string: { type: 'string', cast: 'text collate "C"' },
  number: { type: 'number', cast: 'numeric' },
  boolean: { type: 'boolean', cast: 'boolean' },
};

function valueOf(value: Literal): string {
  return String(value);
}
