import { formatDuration } from '../domain/duration.ts';
import { planAb } from '../domain/ab.ts';
import { DEFAULTS } from './defaults.ts';
import { formatPath, type FoundFault, type Path } from './fault.ts';
import type { Reader } from './reader.ts';

/** Lengths that mean "at once, for ever" when they are zero, which nobody wants. */
const POSITIVE: readonly Path[] = [
  ['serving', 'timeout'],
  ['build', 'timeout'],
  ['validate', 'timeout'],
  ['shadow', 'maxDuration'],
  ['shadow', 'compare', 'score', 'timeout'],
  ['canary', 'maxDuration'],
  ['ab', 'window'],
  ['ab', 'maxDuration'],
  ['soak', 'duration'],
  ['soak', 'window'],
  ['monitor', 'window'],
  ['monitor', 'silence'],
  ['monitor', 'quality', 'over'],
  ['monitor', 'escalateAfter'],
  ['gates', 'batch'],
  ['rollback', 'shadowFor'],
  ['approvalTimeout'],
  ['retrain', 'timeout'],
  ['retrain', 'maxWait'],
  ['maxBlind'],
];

export function timeFaults(spec: Reader): FoundFault[] {
  const zero = POSITIVE.filter((path) => spec.duration(...path) === 0).map((path) => ({
    path,
    message: 'must be longer than nothing',
  }));
  return [...zero, ...canaryTimes(spec), ...abTimes(spec), ...soakTimes(spec), ...monitorTimes(spec)];
}

function canaryTimes(spec: Reader): FoundFault[] {
  const longest = longer(spec, ['canary', 'maxDuration'], DEFAULTS.canary.maxDurationMs);
  const steps = spec.list('canary', 'steps').map((_, index): Path => ['canary', 'steps', index, 'minDuration']);
  return [['canary', 'minDuration'], ...steps].flatMap((path) => notLonger(spec, path, longest));
}

const AB = planAb({ metrics: [] });

/** A test that ends before anybody's time to bring a reward is over has counted nobody. */
function abTimes(spec: Reader): FoundFault[] {
  const longest = longer(spec, ['ab', 'maxDuration'], AB.maxDurationMs);
  const paths: Path[] = [
    ['ab', 'minDuration'],
    ['ab', 'window'],
  ];
  return paths.flatMap((path) => notLonger(spec, path, longest));
}

function soakTimes(spec: Reader): FoundFault[] {
  const duration = longer(spec, ['soak', 'duration'], DEFAULTS.soak?.durationMs ?? 0);
  return notLonger(spec, ['soak', 'window'], duration);
}

/** A window is read in one look, and more than a day of gate batches is too much for one. */
const LONGEST_WINDOW = { ms: 86_400_000, name: formatDuration(86_400_000) };

function monitorTimes(spec: Reader): FoundFault[] {
  return notLonger(spec, ['monitor', 'window'], LONGEST_WINDOW);
}

interface Bound {
  readonly ms: number;
  readonly name: string;
}

function longer(spec: Reader, path: Path, fallback: number): Bound {
  const own = spec.duration(...path);
  const ms = own ?? fallback;
  return { ms, name: `${formatPath(path)} (${own === null ? 'by default ' : ''}${formatDuration(ms)})` };
}

function notLonger(spec: Reader, path: Path, bound: Bound): FoundFault[] {
  const ms = spec.duration(...path);
  if (ms === null || ms <= bound.ms) return [];
  return [{ path, message: `must be no longer than ${bound.name}, is ${formatDuration(ms)}` }];
}
