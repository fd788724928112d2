import type { ArmCounts } from '../../domain/gate-batch.ts';
import type { Arms } from './arms.ts';
import { ln } from '../numeric.ts';
import { bothArms, eachArm } from './arms.ts';

/** Processor and GPU time in seconds a request, memory in bytes a replica, output tokens an answer. */
export type ResourceMetric = 'cpu' | 'memory' | 'gpu' | 'gpuMemory' | 'outputTokens';

/** Log ratio that nobody goes back for: a tenth more. Two servers of one model differ by as much. */
export const RESOURCE_TOLERANCE = 0.09531017980432487;

/** Fewest requests of an arm in a batch, for their time to mean something. */
const LEAST_REQUESTS = 5;
/** Fewest answers: their lengths are skewed, and the logarithm of a mean of few is low, more so for the arm with fewer. */
const LEAST_ANSWERS = 10;
/** Most that the requests per replica may differ, for the time that servers take when idle to cancel. */
const SAME_LOAD = 2;

/**
 * What both arms used in one batch; `null` where it was not measured, or cannot be compared.
 *
 * Servers use some time without any request. Where that is not known, it falls on few requests of one arm and on many of the
 * other: then time is compared only if each replica of either arm has about the same load.
 */
export function resourcesOf(metric: ResourceMetric, arms: Arms<ArmCounts>): Arms<number> | null {
  const used = bothArms(eachArm(arms, (arm) => useOf(metric, arm)));
  if (used === null || !(used.candidate > 0 && used.stable > 0)) return null;
  const isTime = metric === 'cpu' || metric === 'gpu';
  return !isTime || canCompareTimes(metric, arms) ? used : null;
}

/** The logarithm of the candidate's use over stable's: the number to follow in a series (series.ts), one for each batch. */
export function lnRatio({ candidate, stable }: Arms<number>): number {
  return ln(candidate / stable);
}

/** What one arm used in one batch; `undefined` where it was not measured, or on too few requests. */
export function useOf(metric: ResourceMetric, arm: ArmCounts): number | undefined {
  return metric === 'outputTokens' ? tokensOf(arm) : servers(metric, arm);
}

function tokensOf({ tokens }: ArmCounts): number | undefined {
  return tokens && tokens.answers >= LEAST_ANSWERS ? tokens.output / tokens.answers : undefined;
}

function servers(metric: Exclude<ResourceMetric, 'outputTokens'>, { n, resources }: ArmCounts): number | undefined {
  if (resources === undefined || resources.samples === 0) return undefined;
  switch (metric) {
    case 'memory':
      return resources.memoryBytes;
    case 'gpuMemory':
      return resources.gpuMemoryBytes;
    case 'cpu':
      return n < LEAST_REQUESTS ? undefined : (resources.cpuSeconds - (resources.idleCpuSeconds ?? 0)) / n;
    case 'gpu':
      return n < LEAST_REQUESTS || resources.gpuSeconds === undefined ? undefined : resources.gpuSeconds / n;
  }
}

function canCompareTimes(metric: 'cpu' | 'gpu', { candidate, stable }: Arms<ArmCounts>): boolean {
  // An idle GPU is not busy.
  if (metric === 'gpu') return true;
  if (isIdleKnown(candidate) && isIdleKnown(stable)) return true;
  const [ours, theirs] = [loadOf(candidate), loadOf(stable)];
  return Math.max(ours, theirs) <= SAME_LOAD * Math.min(ours, theirs);
}

/** Whether it is known what an arm's servers do without any request. */
export function isIdleKnown({ resources }: ArmCounts): boolean {
  return resources?.idleCpuSeconds !== undefined;
}

/** Requests of each replica. */
export function loadOf({ n, resources }: ArmCounts): number {
  return n / Math.max(resources?.replicas ?? 1, 1);
}
