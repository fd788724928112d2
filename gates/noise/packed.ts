import { exp, ln } from '../numeric.ts';

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const VALUES = new Map([...DIGITS].map((digit, value) => [digit, value]));
const LAST = 64 * 64 - 1;

/** Where the steps of the logarithm begin to widen: they are 0.002 at the top and 0.01 at the end. */
const EVEN = 4;
/** What is less than this of the largest weight is nothing: what begins anew with each batch is more. */
const REACH = 20;
const STEPS = LAST / ln(1 + REACH / EVEN);
/** Before the number of weights in a row that are nothing. */
const NOTHING = '.';
const LONGEST = 64;

/**
 * Weights as text, two characters each: how far the logarithm lies below the largest one, finely where it matters; so a
 * gate's state stays within a heartbeat.
 */
export function packWeights(weights: readonly number[]): string {
  const top = ln(Math.max(...weights));
  let text = '';
  let nothing = 0;
  const flush = () => {
    if (nothing > 0) text += `${NOTHING}${DIGITS[nothing - 1]}`;
    nothing = 0;
  };
  for (const weight of weights) {
    const below = weight > 0 ? top - ln(weight) : Infinity;
    if (below > REACH) {
      nothing += 1;
      if (nothing === LONGEST) flush();
    } else {
      flush();
      text += digits(Math.round(STEPS * ln(1 + below / EVEN)));
    }
  }
  flush();
  return text;
}

export function unpackWeights(text: string): number[] {
  const weights: number[] = [];
  for (let i = 0; i < text.length; i += 2) {
    const second = VALUES.get(text[i + 1] ?? '') ?? 0;
    if (text[i] === NOTHING) for (let j = 0; j <= second; j += 1) weights.push(0);
    else weights.push(WEIGHTS[(VALUES.get(text[i] ?? '') ?? 0) * 64 + second] ?? 0);
  }
  return weights;
}

/** The weight of each step. */
const WEIGHTS = Array.from({ length: LAST + 1 }, (_, step) => exp(-EVEN * (exp(step / STEPS) - 1)));

function digits(step: number): string {
  return `${DIGITS[Math.floor(step / 64)]}${DIGITS[step % 64]}`;
}
