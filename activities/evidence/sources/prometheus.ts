import type { GateBatchBody } from '../../../domain/gate-batch.ts';
import type { Series } from './counter-series.ts';
import type { Interval } from './interval.ts';
import type { PrometheusQueries } from './prometheus-queries.ts';
import { batchFromPrometheus } from './prometheus-batch.ts';
import { SCRAPE_MS, TARGET_LABELS, queryFaults } from './prometheus-queries.ts';
import { readMatrix } from './prometheus-answer.ts';

export interface PrometheusOptions {
  /** Of the server, or of anything that speaks its HTTP API: Thanos, Mimir, a managed one. */
  readonly url: string;
  /** `authorization`, a tenant's name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Longest time for one answer, in milliseconds. */
  readonly timeoutMs?: number;
  readonly queries: Omit<PrometheusQueries, 'targetLabels' | 'scrapeMs'> &
    Partial<Pick<PrometheusQueries, 'targetLabels' | 'scrapeMs'>>;
}

/** Prometheus did not answer, or not in full; worth another try, and never a statement about a model. */
export class PrometheusUnreachable extends Error {
  override readonly name = 'PrometheusUnreachable';
}

/** Prometheus, or this adapter, refuses the question; trying again does not help, the message says what does. */
export class PrometheusRefused extends Error {
  override readonly name = 'PrometheusRefused';
}

/** Turns the counters and the histogram of two versions into gate batches. */
export interface PrometheusSource {
  /**
   * The batch of one interval. Ask a scrape after its end: later samples are not looked at, missing ones would be missed.
   *
   * @throws PrometheusUnreachable, PrometheusRefused
   */
  read(interval: Interval): Promise<GateBatchBody>;
}

const TIMEOUT_MS = 10_000;
/** So far before the interval its last scrape is looked for, in scrapes: one may be missing. */
const LOOK_BACK = 2.5;

/** @throws PrometheusRefused when the queries cannot be asked, with every fault of them */
export function createPrometheusSource(options: PrometheusOptions): PrometheusSource {
  const queries = { targetLabels: TARGET_LABELS, scrapeMs: SCRAPE_MS, ...options.queries };
  const faults = queryFaults(queries);
  if (!URL.canParse(options.url))
    faults.push(`url: '${options.url}' is no address; it looks like http://prometheus:9090`);
  if (faults.length > 0) throw new PrometheusRefused(`Prometheus cannot be asked: ${faults.join('; ')}`);

  /** The samples themselves rather than `increase()`, which makes up what lies between the last ones and the interval's ends. */
  async function samples(
    selector: string | undefined,
    { opened, sealed }: Interval,
    { scrapeMs = queries.scrapeMs }: { scrapeMs?: number } = {},
  ): Promise<readonly Series[]> {
    if (selector === undefined) return [];
    const end = Date.parse(sealed);
    const windowMs = Math.ceil(end - Date.parse(opened) + LOOK_BACK * scrapeMs);
    return ask(options, { query: `${selector}[${windowMs}ms]`, time: String(end / 1000) });
  }

  return {
    async read(interval) {
      const of = (selector: string | undefined) => samples(selector, interval);
      const { resources } = queries;
      const used = (selector: string | undefined) => samples(selector, interval, resources);
      const [requests, errors, rejected, timeouts, latency, cpu, memory, gpu, gpuMemory] = await Promise.all([
        of(queries.requests),
        of(queries.errors),
        of(queries.rejected),
        of(queries.timeouts),
        of(queries.latency?.buckets),
        used(resources?.cpu),
        used(resources?.memory),
        used(resources?.gpu?.busy),
        used(resources?.gpu?.memory),
      ]);
      const readings = { requests, errors, rejected, timeouts, latency };
      return batchFromPrometheus(interval, readings, queries, { cpu, memory, gpu, gpuMemory });
    },
  };
}

async function ask(options: PrometheusOptions, question: Record<string, string>): Promise<readonly Series[]> {
  const { timeoutMs = TIMEOUT_MS } = options;
  const { base, headers } = addressOf(options);
  const place = `Prometheus at ${base}`;
  const signal = AbortSignal.timeout(timeoutMs);
  let status: number;
  let text: string;
  try {
    const body = new URLSearchParams(question);
    const response = await fetch(`${base}/api/v1/query`, { method: 'POST', headers, body, signal });
    [status, text] = [response.status, await response.text()];
  } catch (error) {
    const why = signal.aborted ? `gave no answer within ${timeoutMs / 1000} s` : `does not answer: ${reasonOf(error)}`;
    throw new PrometheusUnreachable(`${place} ${why}`, { cause: error });
  }
  const answer = readMatrix(status, text);
  if ('series' in answer) return answer.series;
  const sentence = `${place} ${answer.fault}, asked for ${question['query']}`;
  throw answer.isFinal ? new PrometheusRefused(sentence) : new PrometheusUnreachable(sentence);
}

/** Name and password in an address, which `fetch` refuses, go where they are in no message. */
function addressOf({ url, headers = {} }: PrometheusOptions): { base: string; headers: Record<string, string> } {
  const { origin, pathname, username, password } = new URL(url);
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const base = `${origin}${pathname}`.replace(/\/+$/, '');
  return { base, headers: { ...(username !== '' && { authorization: `Basic ${login}` }), ...headers } };
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message || message : message;
}
