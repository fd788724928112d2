/** Which endpoint of SageMaker, and which of its production variants serves which version. */
export interface CloudWatchQueries {
  readonly endpointName: string;
  readonly variants: Readonly<Record<string, string>>;
  /** In milliseconds, rising. Every one is a metric that is paid for, in every variant and batch. */
  readonly thresholdsMs: readonly number[];
  /** 60 or a multiple; SageMaker publishes once a minute. */
  readonly periodSeconds: number;
  /** What each variant runs on, where its use of it is to be asked for. */
  readonly instances?: Readonly<Record<string, Instances>>;
}

/** The instances of one variant. CloudWatch tells shares of them, and neither how many nor how large they are. */
export interface Instances {
  readonly count: number;
  /** Memory of one instance, and of one of its GPUs if it has any. */
  readonly memoryBytes: number;
  readonly gpuMemoryBytes?: number;
}

/** From 5 ms to 10 s, each 1.6 times the one before; give those around stable's own quantiles where they are known. */
export const THRESHOLDS_MS: readonly number[] = [
  5, 8, 13, 20, 33, 52, 84, 134, 215, 344, 550, 880, 1_410, 2_250, 3_600, 5_800, 9_200,
];

/** A `MetricDataQuery` of GetMetricData, as any of AWS's clients takes it. */
export interface MetricDataQuery {
  readonly Id: string;
  readonly MetricStat: {
    readonly Metric: {
      readonly Namespace: string;
      readonly MetricName: string;
      readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
    };
    readonly Period: number;
    readonly Stat: string;
  };
}

export type Asked = 'requests' | 'errors' | 'rejected' | 'latencies' | `within${number}` | Use;
type Use = 'cpu' | 'memory' | 'gpu' | 'gpuMemory';

/** What GetMetricData takes in one call. */
const MOST_QUERIES = 500;

/**
 * What to ask of GetMetricData, from the interval's `opened` to its `sealed`, for `batchFromCloudWatch`.
 *
 * Latencies are asked for as trimmed counts, `TC(:x)`: how many are at most x microseconds. Percentile ranks, `PR(:x)`, say
 * the same as a share, and lose whole requests when that is rounded.
 *
 * @throws RangeError when thresholds or period are not what CloudWatch can answer
 */
export function metricDataQueries(queries: CloudWatchQueries): MetricDataQuery[] {
  const faults = faultsOf(queries);
  if (faults.length > 0) throw new RangeError(`CloudWatch cannot be asked: ${faults.join('; ')}`);
  const { endpointName, thresholdsMs, periodSeconds } = queries;
  return Object.keys(queries.variants).flatMap((variantName, variant) => {
    const ask = (what: Asked, MetricName: string, Stat: string, Namespace = 'AWS/SageMaker'): MetricDataQuery => ({
      Id: queryId(variant, what),
      MetricStat: {
        Metric: {
          Namespace,
          MetricName,
          Dimensions: [
            { Name: 'EndpointName', Value: endpointName },
            { Name: 'VariantName', Value: variantName },
          ],
        },
        Period: periodSeconds,
        Stat,
      },
    });
    return [
      ask('requests', 'Invocations', 'Sum'),
      ask('errors', 'Invocation5XXErrors', 'Sum'),
      ask('rejected', 'Invocation4XXErrors', 'Sum'),
      ask('latencies', 'ModelLatency', 'SampleCount'),
      ...thresholdsMs.map((ms, i) => ask(`within${i}`, 'ModelLatency', `TC(:${Math.round(ms * 1000)})`)),
      ...usesOf(queries.instances?.[variantName]).map((use) =>
        ask(use, UTILISATION[use], 'Average', '/aws/sagemaker/Endpoints'),
      ),
    ];
  });
}

const UTILISATION: Readonly<Record<Use, string>> = {
  cpu: 'CPUUtilization',
  memory: 'MemoryUtilization',
  gpu: 'GPUUtilization',
  gpuMemory: 'GPUMemoryUtilization',
};

function usesOf(instances: Instances | undefined): readonly Use[] {
  if (instances === undefined) return [];
  return instances.gpuMemoryBytes === undefined ? ['cpu', 'memory'] : ['cpu', 'memory', 'gpu', 'gpuMemory'];
}

/** Ids are lower-case and name no variant, since those may hold any characters. */
export function queryId(variant: number, what: Asked): string {
  return `v${variant}_${what}`;
}

function faultsOf({ variants, thresholdsMs, periodSeconds, instances = {} }: CloudWatchQueries): string[] {
  const faults: string[] = [];
  const rises = thresholdsMs.every((ms, i) => ms > (thresholdsMs[i - 1] ?? 0));
  if (!rises) faults.push('thresholdsMs: must rise, from above 0');
  if (periodSeconds % 60 !== 0 || periodSeconds <= 0)
    faults.push(`periodSeconds: ${periodSeconds} is no multiple of 60; SageMaker publishes once a minute`);
  for (const [variant, { count, memoryBytes, gpuMemoryBytes = 1 }] of Object.entries(instances)) {
    if (!(variant in variants)) faults.push(`instances: '${variant}' is not among the variants`);
    if (!(count > 0 && memoryBytes > 0 && gpuMemoryBytes > 0))
      faults.push(`instances.${variant}: has a number that is not above 0`);
  }
  const uses = Object.keys(variants).reduce((sum, variant) => sum + usesOf(instances[variant]).length, 0);
  const asked = Object.keys(variants).length * (thresholdsMs.length + 4) + uses;
  if (asked === 0) faults.push('variants: is empty; name at least one, and the version that it serves');
  if (asked > MOST_QUERIES)
    faults.push(`thresholdsMs: ${asked} metrics are more than the ${MOST_QUERIES} of one call; leave some out`);
  return faults;
}
