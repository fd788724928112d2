import type { Labels } from './scenario.ts';
import type { Random } from './random.ts';

/** One arm's labels on their way: some minutes after the prediction, and only for a part of the predictions. */
export class LabelQueue {
  readonly #labels: Labels;
  readonly #random: Random;
  readonly #young: { correct: number; wrong: number }[] = [];
  #due = { correct: 0, wrong: 0 };

  constructor(labels: Labels, random: Random) {
    this.#labels = labels;
    this.#random = random;
  }

  /** Takes in a minute's answered predictions of that accuracy and gives the labels that arrive in it. */
  next(answered: number, accuracy: number): { n: number; correct: number } {
    const { share, lag, spread } = this.#labels;
    const n = this.#random.binomial(answered, share);
    const right = this.#random.binomial(n, accuracy);
    this.#young.push({ correct: right, wrong: n - right });
    const old = this.#young.length > lag ? this.#young.shift() : undefined;
    this.#due.correct += old?.correct ?? 0;
    this.#due.wrong += old?.wrong ?? 0;
    const correct = this.#random.binomial(this.#due.correct, 1 / (1 + spread));
    const wrong = this.#random.binomial(this.#due.wrong, 1 / (1 + spread));
    this.#due.correct -= correct;
    this.#due.wrong -= wrong;
    return { n: correct + wrong, correct };
  }
}
