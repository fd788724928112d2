import type { FoundFault } from './fault.ts';
import type { Reader } from './reader.ts';

/** What a test of users needs besides its own settings. */
export function abFaults(spec: Reader): FoundFault[] {
  if (spec.value('ab') === undefined) return [];
  return [...userFaults(spec), ...doubledMetrics(spec), ...percentFaults(spec)];
}

function userFaults(spec: Reader): FoundFault[] {
  const [header, cookie] = [spec.text('sticky', 'header'), spec.text('sticky', 'cookie')];
  const split = header ?? cookie;
  if (split === null)
    return [
      {
        path: ['ab'],
        message: 'compares users, and nothing says who they are: name them in sticky.header or sticky.cookie',
      },
    ];
  const counted = spec.text('capture', 'userHeader');
  if (counted === null || counted.toLowerCase() === header?.toLowerCase()) return [];
  const key = header === null ? 'cookie' : 'header';
  return [
    {
      path: ['capture', 'userHeader'],
      message: `must be sticky.${key} (${split}) during an A/B test, so that those are counted who are split: remove it`,
    },
  ];
}

function doubledMetrics(spec: Reader): FoundFault[] {
  const names = spec.list('ab', 'metrics').map((_, index) => spec.text('ab', 'metrics', index, 'name'));
  return names.flatMap((name, index) =>
    name !== null && names.indexOf(name) < index
      ? [{ path: ['ab', 'metrics', index, 'name'], message: `"${name}" is named already` }]
      : [],
  );
}

/** Weights are parts per 10,000. */
function percentFaults(spec: Reader): FoundFault[] {
  const percent = spec.number('ab', 'percent');
  if (percent === null || Math.abs(percent * 100 - Math.round(percent * 100)) < 1e-6) return [];
  return [{ path: ['ab', 'percent'], message: `must have at most two decimals, is ${percent}` }];
}
