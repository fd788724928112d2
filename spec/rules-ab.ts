import type { FoundFault } from './fault.ts';
import type { Reader } from './reader.ts';

/** What a test of users needs besides its own settings. */
export function abFaults(spec: Reader): FoundFault[] {
  if (spec.value('ab') === undefined) return [];
  return [...userFaults(spec), ...doubledMetrics(spec), ...percentFaults(spec), ...armFaults(spec)];
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
  const paths = [['ab', 'percent'], ...spec.list('ab', 'arms').map((_, index) => ['ab', 'arms', index, 'percent'])];
  return paths.flatMap((path) => {
    const percent = spec.number(...path);
    if (percent === null || Math.abs(percent * 100 - Math.round(percent * 100)) < 1e-6) return [];
    return [{ path, message: `must have at most two decimals, is ${percent}` }];
  });
}

function armFaults(spec: Reader): FoundFault[] {
  const arms = spec.list('ab', 'arms');
  if (arms.length === 0) return [];
  const even = 100 / (arms.length + 2);
  const percents = arms.map((_, index) => spec.number('ab', 'arms', index, 'percent') ?? even);
  const all = percents.reduce((sum, percent) => sum + percent, spec.number('ab', 'percent') ?? even);
  const named = (index: number) => {
    const path = ['ab', 'arms', index, 'version'];
    return spec.text(...path) ?? spec.number(...path)?.toString() ?? null;
  };
  const versions = arms.map((_, index) => named(index));
  const doubled = versions.flatMap((version, index) =>
    version !== null && versions.indexOf(version) < index
      ? [{ path: ['ab', 'arms', index, 'version'], message: `${version} is named already` }]
      : [],
  );
  if (all < 100 - 1e-6) return doubled;
  const message = `leave no users to stable: with the candidate they have ${Number(all.toFixed(2))} % of them, lower some \`percent\``;
  return [...doubled, { path: ['ab', 'arms'], message }];
}
