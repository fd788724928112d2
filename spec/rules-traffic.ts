import type { FoundFault } from './fault.ts';
import type { Reader } from './reader.ts';

/** Weights are parts per 10,000, so a percent has two decimals. */
const FINEST = 0.01;

export function trafficFaults(spec: Reader): FoundFault[] {
  return [
    ...stepFaults(spec),
    ...emptyCanary(spec),
    ...riskFaults(spec),
    ...approvalFaults(spec),
    ...stickyFaults(spec),
  ];
}

function stepFaults(spec: Reader): FoundFault[] {
  const faults: FoundFault[] = [];
  let before: number | null = null;
  for (const index of spec.list('canary', 'steps').keys()) {
    const own = spec.number('canary', 'steps', index, 'percent');
    const path = own === null ? ['canary', 'steps', index] : ['canary', 'steps', index, 'percent'];
    const percent = own ?? spec.number('canary', 'steps', index);
    if (percent === null) continue;
    if (!isMultiple(percent, FINEST)) faults.push({ path, message: `must have at most two decimals, is ${percent}` });
    if (before !== null && percent <= before)
      faults.push({ path, message: `must be larger than the step before it (${before}), is ${percent}` });
    before = percent;
  }
  return faults;
}

function emptyCanary(spec: Reader): FoundFault[] {
  if (!isEmptyList(spec.value('canary', 'steps'))) return [];
  const settings = ['minDuration', 'maxDuration', 'onInconclusive'] as const;
  return settings
    .filter((key) => spec.value('canary', key) !== undefined)
    .map((key) => ({
      path: ['canary', key],
      message: 'has no effect, because canary.steps is empty: name steps, or remove it',
    }));
}

function riskFaults(spec: Reader): FoundFault[] {
  if (spec.value('risk') === undefined) return [];
  if (spec.value('canary', 'steps') !== undefined)
    return [
      {
        path: ['risk'],
        message: 'has no effect beside canary.steps, which fixes the weights: remove one of the two',
      },
    ];
  const percent = spec.number('risk', 'maxPercent');
  if (percent === null || isMultiple(percent, FINEST)) return [];
  return [{ path: ['risk', 'maxPercent'], message: `must have at most two decimals, is ${percent}` }];
}

function approvalFaults(spec: Reader): FoundFault[] {
  const off: Readonly<Record<string, boolean>> = {
    shadow: spec.value('shadow') === false,
    canary: isEmptyList(spec.value('canary', 'steps')),
  };
  return [...spec.list('approval').entries()]
    .filter(([, stage]) => typeof stage === 'string' && off[stage])
    .map(([index, stage]) => ({
      path: ['approval', index],
      message: `asks for approval of "${String(stage)}", which is left out`,
    }));
}

/** By a rule, not by the schema: that could only say that neither of two forms fits. */
function stickyFaults(spec: Reader): FoundFault[] {
  const sticky = spec.value('sticky');
  if (typeof sticky !== 'object' || sticky === null) return [];
  const named = ['header', 'cookie'].filter((key) => spec.value('sticky', key) !== undefined);
  if (named.length === 1) return [];
  const message = named.length === 0 ? 'names no user' : 'names users twice';
  return [{ path: ['sticky'], message: `${message}: say either \`header\` or \`cookie\`` }];
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function isMultiple(value: number, unit: number): boolean {
  return Math.abs(value / unit - Math.round(value / unit)) < 1e-6;
}
