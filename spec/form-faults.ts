import { Ajv, type ErrorObject } from 'ajv';
import { FORMS } from './patterns.ts';
import { nearest } from './nearest.ts';
import { show, type FoundFault, type Path } from './fault.ts';
import type { Schema } from './schema-parts.ts';

const ajv = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true, strictTypes: false });

/** Checks the form of a value and says all that is wrong with it in words. */
export function formChecker(schema: Schema): (value: unknown) => FoundFault[] {
  const validate = ajv.compile(schema);
  return (value) => {
    if (validate(value)) return [];
    // These two report what is wrong inside them, and then themselves.
    const errors = (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if' && keyword !== 'propertyNames');
    return withoutRepeats(errors.map((error) => translate(error, value)));
  };
}

function translate(error: ErrorObject, root: unknown): FoundFault {
  const inside = readPointer(error.instancePath, root);
  const path = error.propertyName === undefined ? inside : [...inside, error.propertyName];
  const { params, data } = error;
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(path, String(params.additionalProperty), Object.keys(propertiesOf(error)));
    case 'required':
      return { path: [...path, String(params.missingProperty)], message: 'is missing' };
    case 'enum':
      return wrongWord(path, data, (params.allowedValues as unknown[]).map(String));
    case 'const':
      return { path, message: `must be ${show(params.allowedValue)} or a mapping of settings, is ${show(data)}` };
    case 'type':
      return { path, message: `must be ${expected(error, path)}, is ${show(data)}` };
    case 'pattern':
      return {
        path,
        message: `must be ${FORMS[String(params.pattern)] ?? `like ${String(params.pattern)}`}, is ${show(data)}`,
      };
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return { path, message: `must be ${comparison(error)}, is ${show(data)}` };
    case 'minLength':
    case 'minItems':
      return { path, message: 'must not be empty' };
    case 'uniqueItems':
      return { path: [...path, Number(params.i)], message: `repeats item ${Number(params.j) + 1}` };
    default:
      return { path, message: `${error.message ?? 'is not accepted'}, is ${show(data)}` };
  }
}

function unknownKey(path: Path, key: string, known: readonly string[]): FoundFault {
  const meant = nearest(key, known);
  const hint = meant === null ? `; known here: ${known.join(', ')}` : `; did you mean "${meant}"?`;
  return { path: [...path, key], message: `is not a known key${hint}`, allowed: known };
}

function wrongWord(path: Path, data: unknown, allowed: readonly string[]): FoundFault {
  const meant = typeof data === 'string' ? nearest(data, allowed) : null;
  const hint = meant === null ? '' : `; did you mean "${meant}"?`;
  return { path, message: `must be one of ${allowed.join(', ')}, is ${show(data)}${hint}`, allowed };
}

const TYPES: Readonly<Record<string, string>> = {
  object: 'a mapping of settings',
  array: 'a list',
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

function expected({ params, schemaPath, propertyName }: ErrorObject, path: Path): string {
  if (path.length === 0 && propertyName === undefined) return 'a mapping of settings';
  const names = [params.type as string | string[]].flat().map((type) => TYPES[type] ?? type);
  // Only a setting that can be switched off has its mapping in the `else` branch; see orFalse.
  if (params.type === 'object' && schemaPath.endsWith('/else/type')) names.unshift('false');
  return names.join(' or ');
}

function comparison({ params }: ErrorObject): string {
  const words: Readonly<Record<string, string>> = {
    '>=': 'at least',
    '<=': 'at most',
    '>': 'more than',
    '<': 'less than',
  };
  return `${words[String(params.comparison)] ?? params.comparison} ${params.limit}`;
}

function propertiesOf({ parentSchema }: ErrorObject): object {
  return (parentSchema?.['properties'] as object | undefined) ?? {};
}

function readPointer(pointer: string, root: unknown): Path {
  let value = root;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const key = Array.isArray(value) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~');
      value = (value as Record<string | number, unknown> | undefined)?.[key];
      return key;
    });
}

function withoutRepeats(faults: readonly FoundFault[]): FoundFault[] {
  const seen = new Map(faults.map((fault) => [JSON.stringify([fault.path, fault.message]), fault]));
  return [...seen.values()];
}
