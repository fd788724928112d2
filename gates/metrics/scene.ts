import type { ArmCounts, GateBatch } from '../../domain/gate-batch.ts';
import type { Arms } from '../kinds/arms.ts';
import type { GateQuestion } from '../../domain/gate-question.ts';
import { armOf } from '../batch-tables.ts';
import { worstDesignEffect } from '../users.ts';

/** One batch as a metric of both arms sees it. */
export interface Scene {
  readonly batch: GateBatch;
  readonly question: GateQuestion;
  readonly arms: Arms<ArmCounts>;
  /** Design effect of sticky users, at least 1. */
  readonly users: number;
}

export function sceneOf(batch: GateBatch, question: GateQuestion): Scene {
  const arms = { candidate: armOf(batch, question.candidate), stable: armOf(batch, question.stable) };
  return { batch, question, arms, users: worstDesignEffect([arms.candidate, arms.stable]) };
}
