import { addressFaults } from './rules-receivers.ts';
import { DEFAULTS } from './defaults.ts';
import type { FoundFault, Path } from './fault.ts';
import type { Reader } from './reader.ts';

const JOB: Path = ['retrain', 'job'];
const KINDS = ['command', 'project', 'webhook'];
/** What only a job on a worker has. */
const SURROUNDINGS = ['cwd', 'env', 'passEnv'];

export function retrainFaults(spec: Reader): FoundFault[] {
  return [...idlePolicies(spec), ...jobFaults(spec), ...dataFaults(spec)];
}

const DATA: Path = ['retrain', 'data'];
const { capture } = DEFAULTS.serving;

/** Rows that a job is promised, and that cannot reach it. */
function dataFaults(spec: Reader): FoundFault[] {
  if (spec.value(...DATA) === undefined) return [];
  const place = spec.value(...JOB, 'webhook') === undefined ? [] : [ELSEWHERE];
  const none = spec.number('capture', 'sample') === 0 ? [UNKEPT] : [];
  const days = spec.number(...DATA, 'days') ?? 0;
  const kept = spec.number('capture', 'retentionDays');
  const message = `must be no more than capture.retentionDays (${kept === null ? 'by default ' : ''}${kept ?? capture.retentionDays}), is ${days}`;
  return [...place, ...none, ...(days > (kept ?? capture.retentionDays) ? [{ path: [...DATA, 'days'], message }] : [])];
}

const ELSEWHERE: FoundFault = {
  path: DATA,
  message: 'is a file on the worker, which a webhook does not reach: have its job run `slipway predictions --output`',
};
const UNKEPT: FoundFault = { path: DATA, message: 'needs inputs, and capture.sample is 0: none are kept' };

/** A monitor that is to begin a training that nobody has described. */
function idlePolicies(spec: Reader): FoundFault[] {
  const policies = spec.value('monitor', 'policy');
  if (typeof policies !== 'object' || policies === null || spec.value('retrain') !== undefined) return [];
  const path = (kind: string): Path => ['monitor', 'policy', kind];
  return Object.keys(policies)
    .filter((kind) => spec.value(...path(kind)) === 'retrain')
    .map((kind) => ({ path: path(kind), message: 'needs `retrain`, which says how a new version is trained' }));
}

function jobFaults(spec: Reader): FoundFault[] {
  const job = spec.value(...JOB);
  if (typeof job !== 'object' || job === null) return [];
  const named = KINDS.filter((kind) => Object.hasOwn(job, kind));
  if (named.length !== 1) {
    const found = named.length === 0 ? 'none' : named.join(' and ');
    return [{ path: JOB, message: `must name exactly one of ${KINDS.join(', ')}, names ${found}` }];
  }
  if (named[0] !== 'webhook') return optionFaults(spec);
  const idle = SURROUNDINGS.filter((key) => Object.hasOwn(job, key));
  return [
    ...idle.map((key) => ({ path: [...JOB, key], message: 'has no effect on a job that runs elsewhere' })),
    ...['url', 'statusUrl'].flatMap((key) => addressFaults(spec, [...JOB, 'webhook', key])),
  ];
}

/** MLflow's command line would take them for settings of its own. */
function optionFaults(spec: Reader): FoundFault[] {
  return [['uri'], ['entryPoint']]
    .map((key): Path => [...JOB, 'project', ...key])
    .filter((path) => spec.text(...path)?.startsWith('-'))
    .map((path) => ({ path, message: 'must not begin with a hyphen' }));
}
