import { expect, test } from 'vitest';
import { readFile } from 'node:fs/promises';
import { checkSpec } from '../../spec/read-spec.ts';
import { planRollout } from '../../domain/plan.ts';
import { SPEC_SCHEMA } from '../../spec/schema.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly else?: Node;
  readonly default?: unknown;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
}

test('slipway.schema.json is what the code says; spec/write-schema.ts says how to renew it', async () => {
  const published = await readFile(new URL('../../slipway.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(published)).toEqual(SPEC_SCHEMA);
});

test('writing every default of the schema into a specification changes nothing in its plan', () => {
  const minimal: RolloutSpec = { endpoint: 'digits', model: 'digits' };
  const written = { ...(defaultsOf(SPEC_SCHEMA) as object), validate: false, ...minimal };
  const reading = checkSpec(written);
  expect(reading).toEqual({ spec: written });
  expect('spec' in reading && planRollout(reading.spec)).toEqual(planRollout(minimal));
});

test('every key is described', () => {
  expect(undescribed(SPEC_SCHEMA, '')).toEqual([]);
});

function defaultsOf(node: Node): unknown {
  if (node.default !== undefined) return node.default;
  const properties = node.properties ?? node.else?.properties;
  if (!properties) return undefined;
  const entries = Object.entries(properties)
    // What has to name something that has no default is left out whole.
    .filter(([, child]) => !child.required?.some((name) => child.properties?.[name]?.default === undefined))
    .map(([key, child]) => [key, defaultsOf(child)] as const);
  const written = entries.filter(([, value]) => value !== undefined);
  return written.length === 0 ? undefined : Object.fromEntries(written);
}

function undescribed(node: Node, path: string): string[] {
  const children = Object.entries(node.properties ?? node.else?.properties ?? {});
  const own = node.description ? [] : [path];
  return [...own, ...children.flatMap(([key, child]) => undescribed(child, `${path}.${key}`))];
}
