import { parsePredicate, PredicateFault } from '../domain/predicate.ts';
import { show, type FoundFault, type Path } from './fault.ts';
import type { Reader } from './reader.ts';

export function nameFaults(spec: Reader): FoundFault[] {
  return [...commandFaults(spec), ...dataFaults(spec), ...sliceFaults(spec, VALIDATED), ...monitoredFaults(spec)];
}

function commandFaults(spec: Reader): FoundFault[] {
  if (spec.value('runtime', 'kind') !== 'command') return [];
  const command = spec.list('runtime', 'command');
  if (command.length === 0 || command.some((part) => typeof part === 'string' && part.includes('{port}'))) return [];
  return [{ path: ['runtime', 'command'], message: 'must contain {port}, the port that the server is to listen on' }];
}

function dataFaults(spec: Reader): FoundFault[] {
  const label = spec.text('validate', 'data', 'label');
  return [...spec.list('validate', 'data', 'exclude').entries()]
    .filter(([, column]) => label !== null && column === label)
    .map(([index]) => ({
      path: ['validate', 'data', 'exclude', index],
      message: 'is the label, which is never a feature',
    }));
}

const VALIDATED: Path = ['validate', 'slices'];
const MONITORED: Path = ['monitor', 'quality', 'slices'];

/** These become questions to the prediction log, which understands less than all of SQL. */
function monitoredFaults(spec: Reader): FoundFault[] {
  const conditions = [...spec.list(...MONITORED).keys()].map((index): Path => [...MONITORED, index, 'where']);
  const unread = conditions.flatMap((path) => {
    try {
      parsePredicate(spec.text(...path) ?? 'any = 1');
      return [];
    } catch (error) {
      if (!(error instanceof PredicateFault)) throw error;
      return [{ path, message: error.message }];
    }
  });
  return [...sliceFaults(spec, MONITORED), ...unread];
}

function sliceFaults(spec: Reader, slices: Path): FoundFault[] {
  const names = [...spec.list(...slices).keys()].map((index) => spec.text(...slices, index, 'name'));
  return names.flatMap((name, index) => {
    if (name === null || names.indexOf(name) === index) return [];
    return [{ path: [...slices, index, 'name'], message: `repeats the name ${show(name)}` }];
  });
}
