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
  const { requests, errors, rejected, timeouts, latency, versionLabel, versions, scrapeMs } = queries;
  const selectors = { requests, errors, rejected, timeouts, 'latency.buckets': latency?.buckets };
  for (const [path, selector] of Object.entries(selectors))
    if (selector !== undefined && (selector === '' || !SELECTOR.test(selector)))
      faults.push(
        `${path}: '${selector}' is no plain selector; write name{label="value"}, without functions and ranges: samples are counted one by one`,
      );
  if (!LABEL.test(versionLabel)) faults.push(`versionLabel: '${versionLabel}' is no name of a label`);
  if (Object.keys(versions).length === 0)
    faults.push('versions: is empty; name at least one value of the label, and the version that it means');
  if (!(scrapeMs > 0)) faults.push(`scrapeMs: ${scrapeMs} is no time between two scrapes; give milliseconds above 0`);
  return faults;
}
