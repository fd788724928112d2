import type { ArmCounts } from '../../../domain/gate-batch.ts';
import { MOST_TOKENS } from '../../../domain/gate-batch.ts';
import { createSketch } from '../latency-sketch.ts';
import type { Generation } from './generation.ts';

/** What the good answers of one arm cost while its batch is open; nothing of answers that do not tell. */
export interface GenerationTally {
  add(generation: Generation): void;
  build(): Pick<ArmCounts, 'firstToken' | 'tokens'>;
}

export function createGenerationTally(): GenerationTally {
  const firstToken = createSketch();
  let streamed = 0;
  const tokens = { answers: 0, input: 0, output: 0 };
  return {
    add({ firstTokenMs, usage }) {
      if (firstTokenMs !== null) {
        streamed += 1;
        firstToken.add(firstTokenMs);
      }
      if (usage === null) return;
      tokens.answers += 1;
      tokens.input += usage.input;
      tokens.output += Math.min(usage.output, MOST_TOKENS);
    },
    build: () => ({
      ...(streamed > 0 && { firstToken: firstToken.build() }),
      ...(tokens.answers > 0 && { tokens: { ...tokens } }),
    }),
  };
}
