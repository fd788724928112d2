import type { Random } from './random.ts';

/** Trouble that comes and goes and says nothing about a version. */
export interface Noise {
  /**
   * What it hits at once: everything, one arm as a whole, one replica, or the candidate's arm alone.
   *
   * In calibration windows each replica of stable stands for an arm, so that all but noise of everything differs by replica.
   */
  readonly of: 'all' | 'arm' | 'replica' | 'candidate';
  readonly bursts?: Bursts;
  readonly wobble?: Wobble;
  /** `false`: the calibration windows were quiet, or noisy in all replicas alike, so that nothing can be learnt from them. */
  readonly calibrated?: boolean;
}

export interface Bursts {
  readonly perHour: number;
  /** Mean length in minutes; geometric, at least one. */
  readonly minutes: number;
  /** Added to the error rate; each burst has this times something between a half and one and a half. */
  readonly errors?: number;
  /** Factor on latency; its excess over one is varied likewise. */
  readonly latency?: number;
}

/** Random effects of each minute, stationary AR(1). */
export interface Wobble {
  /** Standard deviation of the error rate's logarithm. */
  readonly errors?: number;
  /** Standard deviation of the latency's logarithm. */
  readonly latency?: number;
  /** From one minute to the next. */
  readonly correlation: number;
}

/** What a replica suffers in a minute. */
export interface Condition {
  readonly addedErrors: number;
  readonly errorFactor: number;
  readonly latencyFactor: number;
}

export const QUIET: Condition = { addedErrors: 0, errorFactor: 1, latencyFactor: 1 };

export function together(conditions: readonly Condition[]): Condition {
  return conditions.reduce(
    (sum, { addedErrors, errorFactor, latencyFactor }) => ({
      addedErrors: sum.addedErrors + addedErrors,
      errorFactor: sum.errorFactor * errorFactor,
      latencyFactor: sum.latencyFactor * latencyFactor,
    }),
    QUIET,
  );
}

/** One unit's noise, from minute to minute. */
export class NoiseProcess {
  readonly #noise: Noise;
  readonly #random: Random;
  #burst = { minutesLeft: 0, severity: 0 };
  #errors: number;
  #latency: number;

  constructor(noise: Noise, random: Random) {
    this.#noise = noise;
    this.#random = random;
    this.#errors = random.normal();
    this.#latency = random.normal();
  }

  /** The next minute's condition. */
  next(): Condition {
    const { bursts, wobble } = this.#noise;
    return together([bursts ? this.#burstOf(bursts) : QUIET, wobble ? this.#wobbleOf(wobble) : QUIET]);
  }

  #burstOf({ perHour, minutes, errors = 0, latency = 1 }: Bursts): Condition {
    const random = this.#random;
    if (this.#burst.minutesLeft > 0) this.#burst.minutesLeft -= 1;
    if (this.#burst.minutesLeft === 0) {
      if (random.uniform() >= perHour / 60) return QUIET;
      this.#burst = { minutesLeft: 1, severity: 0.5 + random.uniform() };
      while (random.uniform() < 1 - 1 / minutes) this.#burst.minutesLeft += 1;
    }
    const { severity } = this.#burst;
    return { addedErrors: errors * severity, errorFactor: 1, latencyFactor: 1 + (latency - 1) * severity };
  }

  #wobbleOf({ errors = 0, latency = 0, correlation }: Wobble): Condition {
    const fresh = Math.sqrt(1 - correlation ** 2);
    this.#errors = correlation * this.#errors + fresh * this.#random.normal();
    this.#latency = correlation * this.#latency + fresh * this.#random.normal();
    return {
      addedErrors: 0,
      errorFactor: Math.exp(errors * this.#errors - errors ** 2 / 2),
      latencyFactor: Math.exp(latency * this.#latency),
    };
  }
}
