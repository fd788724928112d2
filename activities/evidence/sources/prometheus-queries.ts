/** Where the counters of an endpoint's versions are. All selectors are plain vector selectors, without functions and ranges. */
export interface PrometheusQueries {
  /** Counter of all requests, `http_requests_total{service="digits"}`; and counters of those that went wrong, or were refused. */
  readonly requests: string;
  readonly errors: string;
  readonly rejected?: string;
  readonly timeouts?: string;
  /** `_bucket` counters of a classic histogram, and the unit of its bounds. */
  readonly latency?: { readonly buckets: string; readonly unit: 's' | 'ms' };
  /** The label that tells versions apart, and which version each of its values means. */
  readonly versionLabel: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Labels that tell one scraped process from another. */
  readonly targetLabels: readonly string[];
  /** Between two scrapes, in milliseconds. */
  readonly scrapeMs: number;
  readonly resources?: ResourceQueries;
}

/** What the pods of the versions use, as cAdvisor (in every kubelet) and NVIDIA's DCGM exporter tell it. */
export interface ResourceQueries {
  /** Counter of processor seconds, `container_cpu_usage_seconds_total{namespace="models"}`. */
  readonly cpu: string;
  /** Gauge of bytes, `container_memory_working_set_bytes{namespace="models"}`. */
  readonly memory: string;
  readonly gpu?: {
    /** Gauge of how busy a GPU is: `DCGM_FI_DEV_GPU_UTIL`, in percent; `DCGM_FI_PROF_GR_ENGINE_ACTIVE`, a ratio. */
    readonly busy: string;
    readonly unit: 'percent' | 'ratio';
    /** Gauge of MiB, `DCGM_FI_DEV_FB_USED`. */
    readonly memory?: string;
    /** The label with the pod's name, if not `podLabel`: `exported_pod` where the scrape keeps `pod` for the exporter's own. */
    readonly podLabel?: string;
  };
  /** The label with the pod's name. */
  readonly podLabel: string;
  /** The version of each workload, by its name: pods are named by it, `digits-v1` for `digits-v1-6d4cf56db6-x7k2p`. */
  readonly workloads: Readonly<Record<string, string>>;
  /** Between two scrapes of these, in milliseconds, if not as long as between the others'. */
  readonly scrapeMs?: number;
}

/** What Prometheus itself names a scraped process by, and Kubernetes a pod. */
export const TARGET_LABELS = ['job', 'instance', 'namespace', 'pod'];
export const SCRAPE_MS = 15_000;

const SELECTOR = /^([a-zA-Z_:][\w:]*)?(\{(?:[^{}"]|"(?:[^"\\]|\\.)*")*\})?$/;
const LABEL = /^[a-zA-Z_]\w*$/;

/** The name of the metric that a selector is about; empty where it is given by a matcher. */
export function metricOf(selector: string): string {
  return SELECTOR.exec(selector)?.[1] ?? '';
}

/** Every reason why these queries cannot be asked, with the path of the field; empty when they can. */
export function queryFaults(queries: PrometheusQueries): string[] {
  const faults: string[] = [];
  const { requests, errors, rejected, timeouts, latency, versionLabel, versions, scrapeMs, resources } = queries;
  const selectors = {
    ...{ requests, errors, rejected, timeouts, 'latency.buckets': latency?.buckets },
    ...{ 'resources.cpu': resources?.cpu, 'resources.memory': resources?.memory },
    ...{ 'resources.gpu.busy': resources?.gpu?.busy, 'resources.gpu.memory': resources?.gpu?.memory },
  };
  for (const [path, selector] of Object.entries(selectors))
    if (selector !== undefined && (selector === '' || !SELECTOR.test(selector)))
      faults.push(
        `${path}: '${selector}' is no plain selector; write name{label="value"}, without functions and ranges: samples are counted one by one`,
      );
  const labels = {
    versionLabel,
    ...{ 'resources.podLabel': resources?.podLabel, 'resources.gpu.podLabel': resources?.gpu?.podLabel },
  };
  for (const [path, label] of Object.entries(labels))
    if (label !== undefined && !LABEL.test(label)) faults.push(`${path}: '${label}' is no name of a label`);
  if (Object.keys(versions).length === 0)
    faults.push('versions: is empty; name at least one value of the label, and the version that it means');
  if (resources && Object.keys(resources.workloads).length === 0)
    faults.push('resources.workloads: is empty; name at least one workload, and the version that it serves');
  for (const [path, ms] of Object.entries({ scrapeMs, 'resources.scrapeMs': resources?.scrapeMs }))
    if (ms !== undefined && !(ms > 0))
      faults.push(`${path}: ${ms} is no time between two scrapes; give milliseconds above 0`);
  return faults;
}
