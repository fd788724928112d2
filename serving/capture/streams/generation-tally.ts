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
  let [answers, input] = [0, 0];
  const output = { bound: MOST_TOKENS, sum: 0, squares: 0, clipped: 0 };
  return {
    add({ firstTokenMs, usage }) {
      if (firstTokenMs !== null) {
        streamed += 1;
        firstToken.add(firstTokenMs);
      }
      if (usage === null) return;
      const counted = Math.min(usage.output, MOST_TOKENS);
      answers += 1;
      input += usage.input;
      output.sum += counted;
      output.squares += counted * counted;
      if (usage.output > MOST_TOKENS) output.clipped += 1;
    },
    build: () => ({
      ...(streamed > 0 && { firstToken: firstToken.build() }),
      ...(answers > 0 && { tokens: { answers, input, output: { ...output } } }),
    }),
  };
}
