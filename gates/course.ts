import type { Course } from './track.ts';
import type { Evidence } from './evidence.ts';
import type { GateQuestion } from '../domain/gate-question.ts';
import type { NoiseKind } from './noise/habits.ts';
import { usualNoise } from './noise/belief.ts';

/** How the question wants a metric followed, and what is known of its noise before. */
export function courseOf(metric: string, { horizon }: GateQuestion, { noise }: Evidence): Course {
  return { horizon: horizon ?? null, noise: noise[metric] ?? usualNoise(noiseKind(metric)) };
}

export function noiseKind(metric: string): NoiseKind {
  return metric.startsWith('latency.') || metric === 'firstToken' ? 'latency' : 'count';
}
