import type { Comparison, FieldRule, TextRule } from '../../domain/comparison.ts';
import { wordsOf } from './words.ts';

/** What counts as the same answer. */
export interface CompareRules {
  /** How far two numbers may differ, relative to the served one. */
  readonly tolerance: number;
  readonly comparison?: Pick<Comparison, 'text' | 'fields'> | null;
}

/** Whether two answers hold the same predictions: in every row, and in every place by the rule that fits it. */
export function answersAgree(served: string, mirrored: string, rules: CompareRules): boolean {
  if (served === mirrored) return true;
  const [a, b] = [parse(served), parse(mirrored)];
  if (a === undefined || b === undefined) return textsAgree(served, mirrored, rules.comparison?.text);
  return agreeAt([], predictionsIn(a), predictionsIn(b), rules);
}

/** Whether two predictions are equal up to `tolerance`, relative to the first. */
export function valuesAgree(a: unknown, b: unknown, tolerance: number): boolean {
  return agreeAt([], a, b, { tolerance });
}

/** What an answer predicts, without names and versions around it: MLflow's `predictions`, the v2 protocol's `outputs`. */
export function predictionsIn(answer: unknown): unknown {
  return isRecord(answer) ? (answer.predictions ?? answer.outputs ?? answer) : answer;
}

/** As {@link predictionsIn}, of an answer that may be no JSON: then its text. */
export function predictionsOf(answer: string): unknown {
  const parsed = parse(answer);
  return parsed === undefined ? answer : predictionsIn(parsed);
}

function agreeAt(place: readonly string[], a: unknown, b: unknown, rules: CompareRules): boolean {
  const rule = ruleFor(place, rules);
  if (rule?.ignore) return true;
  if (typeof a === 'number' && typeof b === 'number')
    return a === b || Math.abs(a - b) <= (rule?.tolerance ?? rules.tolerance) * Math.abs(a);
  if (typeof a === 'string' && typeof b === 'string') return textsAgree(a, b, rule?.text ?? rules.comparison?.text);
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((value, at) => agreeAt([...place, String(at)], value, b[at], rules));
  if (!isRecord(a) || !isRecord(b)) return a === b;
  const [keys, others] = [a, b].map((record) => keysOf(record, place, rules)) as [string[], string[]];
  return (
    keys.length === others.length && keys.every((key) => key in b && agreeAt([...place, key], a[key], b[key], rules))
  );
}

/** The fields that have to be on both sides. */
function keysOf(record: object, place: readonly string[], rules: CompareRules): string[] {
  return Object.keys(record).filter((key) => !ruleFor([...place, key], rules)?.ignore);
}

function ruleFor(place: readonly string[], { comparison }: CompareRules): FieldRule | undefined {
  return comparison?.fields.find(({ path }) => {
    const parts = path.split('.');
    return parts.length === place.length && parts.every((part, at) => part === '*' || part === place[at]);
  });
}

function textsAgree(a: string, b: string, rule: TextRule = 'exact'): boolean {
  return a === b || (rule === 'normalised' && wordsOf(a) === wordsOf(b));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
