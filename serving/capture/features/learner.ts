import type { Fields } from './field-values.ts';
import type { Asked } from './fields.ts';
import type { EndpointBins } from './endpoint-bins.ts';
import { chooseFeatures } from './choose.ts';

/** Requests of stable that bins are fixed from: each of ten quantile bins then holds about twenty. */
export const SAMPLE = 200;

/** Takes in stable's first requests, and gives the bins once there are enough of them. */
export interface Learner {
  see(asked: Asked): EndpointBins | null;
}

export function createLearner(): Learner {
  const inputs: Fields[] = [];
  const outputs: Fields[] = [];
  let seen = 0;
  return {
    see(asked) {
      seen += 1;
      if (asked.inputs) inputs.push(asked.inputs);
      if (asked.outputs) outputs.push(asked.outputs);
      return seen < SAMPLE ? null : { inputs: featuresOf(inputs), outputs: featuresOf(outputs) };
    },
  };
}

/** Where only some requests can be read, those are too few to fix anything by. */
function featuresOf(sample: readonly Fields[]): EndpointBins['inputs'] {
  return sample.length * 2 < SAMPLE ? {} : chooseFeatures(sample);
}
