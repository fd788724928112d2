import type { GateQuestion } from '../../domain/gate-question.ts';
import type { GateState } from '../gate.ts';
import { FULL_WEIGHT } from '../../domain/route.ts';

/**
 * What guards each further arm of a test: a gate of its own against stable, with the candidate's guardrails and the same part
 * of alpha. Those that were taken out need none.
 */
export function questionsOfOthers({ ab: _ab, arms = [], ...question }: GateQuestion): GateQuestion[] {
  const stable = stableWeight({ weight: question.weight, arms });
  return arms
    .filter(({ weight }) => weight > 0)
    .map(({ version, weight }) => ({ ...question, candidate: version, weight: ofTwo(weight, stable) }));
}

/** The candidate's weight, in parts per 10,000, among requests of itself and of stable alone. */
export function weightBesideStable({ weight, arms }: Pick<GateQuestion, 'weight' | 'arms'>): number {
  return arms ? ofTwo(weight, stableWeight({ weight, arms })) : weight;
}

/** What the arms of a test leave to stable, in parts per 10,000. */
export function stableWeight({ weight, arms = [] }: Pick<GateQuestion, 'weight' | 'arms'>): number {
  return arms.reduce((left, arm) => left - arm.weight, FULL_WEIGHT - weight);
}

function ofTwo(weight: number, stable: number): number {
  return (FULL_WEIGHT * weight) / (weight + stable);
}

/** An arm that is to leave the test, and why: one sentence. */
export interface LostArm {
  readonly version: string;
  readonly why: string;
}

/** Further arms that broke a guardrail. */
export function brokenArms({ others = [] }: GateState): GateState[] {
  return others.filter(({ failed }) => failed.length > 0);
}
