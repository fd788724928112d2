import { show, type FoundFault } from './fault.ts';
import type { Reader } from './reader.ts';

export function nameFaults(spec: Reader): FoundFault[] {
  return [...commandFaults(spec), ...dataFaults(spec), ...sliceFaults(spec)];
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

function sliceFaults(spec: Reader): FoundFault[] {
  const names = [...spec.list('validate', 'slices').keys()].map((index) =>
    spec.text('validate', 'slices', index, 'name'),
  );
  return names.flatMap((name, index) => {
    if (name === null || names.indexOf(name) === index) return [];
    return [{ path: ['validate', 'slices', index, 'name'], message: `repeats the name ${show(name)}` }];
  });
}
