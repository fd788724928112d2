import type { LatencyFault, LatencyShape } from './latency.ts';
import type { Noise } from './noise.ts';

/** A kind of rollout: an endpoint, its noise, and what is wrong with the candidate, if anything. */
export interface Scenario {
  readonly name: string;
  /** Requests a minute to both arms together. */
  readonly rpm: number;
  /** Stable's error rate. */
  readonly errors: number;
  readonly latency: LatencyShape;
  /** The candidate's share of traffic in minute `t`, from 1. */
  readonly weight: (t: number) => number;
  readonly replicas: { readonly stable: number; readonly candidate: number };
  /** What both arms share. */
  readonly common?: (t: number) => Common;
  readonly noise?: readonly Noise[];
  readonly labels?: Labels;
  readonly pairs?: Pairs;
  /** Latencies are reported in whole multiples of this many milliseconds. */
  readonly resolutionMs?: number;
  /** What makes the candidate bad; absent: harmless. */
  readonly fault?: Fault;
}

export interface Common {
  /** Factors on traffic and on latency. */
  readonly load?: number;
  readonly latency?: number;
  /** Added to the error rate, taken from accuracy. */
  readonly errors?: number;
  readonly inaccuracy?: number;
}

export interface Labels {
  readonly accuracy: number;
  /** Share of answered predictions that ever get a label. */
  readonly share: number;
  /** Labels come after this many minutes, and then, on average, so many more (geometric). */
  readonly lag: number;
  readonly spread: number;
}

/** Requests that both versions answered, with labels. */
export interface Pairs {
  /** Share of stable's requests. */
  readonly share: number;
  readonly stableOnlyWrong: number;
  readonly candidateOnlyWrong: number;
}

export interface Fault extends LatencyFault {
  /** Added to the error rate. */
  readonly errors?: number;
  /** Factor on every latency. */
  readonly latency?: number;
  /** Taken from accuracy, in labels; added to the share of pairs in which the candidate alone is wrong. */
  readonly inaccuracy?: number;
  /** Minutes before the fault counts as one: exposure and delay are counted from here. 0 where absent. */
  readonly onset?: number;
  /** How much of the fault acts in minute `t`, 1 = all; by default all of it after the onset. */
  readonly strength?: (t: number) => number;
}

/** The minutes of a run. */
export const HORIZON = 60;

/** Windows of stable alone before a run. */
export const CALIBRATION_WINDOWS = 10;
