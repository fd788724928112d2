import { abFaults } from './rules-ab.ts';
import { formChecker } from './form-faults.ts';
import { formatPath, type Fault, type FoundFault } from './fault.ts';
import { metricFaults } from './rules-metrics.ts';
import { nameFaults } from './rules-names.ts';
import { outcomesFaults } from './rules-outcomes.ts';
import { reader } from './reader.ts';
import { receiverFaults } from './rules-receivers.ts';
import { readYaml } from './read-yaml.ts';
import { SPEC_SCHEMA } from './schema.ts';
import { retrainFaults } from './rules-retrain.ts';
import { timeFaults } from './rules-time.ts';
import { trafficFaults } from './rules-traffic.ts';
import type { RolloutSpec } from '../domain/rollout-spec.ts';

/** A specification that `planRollout` accepts, or everything that keeps it from being one. */
export type SpecReading = { readonly spec: RolloutSpec } | { readonly faults: readonly Fault[] };

const formFaults = formChecker(SPEC_SCHEMA);

/**
 * Reads a specification as a person wrote it.
 *
 * @example
 * const reading = readSpec(await readFile('rollout.yaml', 'utf8'));
 * if ('faults' in reading) console.error(formatFaults('rollout.yaml', reading.faults));
 */
export function readSpec(yamlText: string): SpecReading {
  const { value, faults, locate } = readYaml(yamlText);
  if (value === undefined) return { faults };
  if (value === null)
    return {
      faults: [{ path: '', line: 1, column: 1, message: 'the file is empty; write at least endpoint and model' }],
    };
  const all = [...faults, ...specFaults(value).map(locate)];
  return all.length > 0 ? { faults: all.sort(byPlace) } : { spec: value as RolloutSpec };
}

/** Checks a specification that came as data, not as text: from the Web UI, or from another program. */
export function checkSpec(value: unknown): SpecReading {
  const faults = specFaults(value);
  if (faults.length === 0) return { spec: value as RolloutSpec };
  return { faults: faults.map((fault) => ({ ...fault, path: formatPath(fault.path), line: null, column: null })) };
}

function specFaults(value: unknown): FoundFault[] {
  const spec = reader(value);
  return [
    ...formFaults(value),
    ...timeFaults(spec),
    ...trafficFaults(spec),
    ...abFaults(spec),
    ...metricFaults(spec),
    ...nameFaults(spec),
    ...retrainFaults(spec),
    ...outcomesFaults(spec),
    ...receiverFaults(spec),
  ];
}

function byPlace(a: Fault, b: Fault): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
