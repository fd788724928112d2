import { series, type Series } from '../../domain/exposition.ts';
import { WORKER_METRICS } from '../../domain/metrics/worker.ts';
import type { Measure, MonitorPlan } from '../../domain/monitor.ts';

interface Window {
  readonly target: string;
  readonly endpoint: string;
  readonly plan: Pick<MonitorPlan, 'windowMs'>;
}

/** After so many windows without a newer one, another worker looks at them. */
const STALE = 1.5;

/** What the last window of each endpoint measured that this worker looked at, for as long as it is the last one. */
export class Measured {
  readonly #latest = new Map<string, { readonly window: Window; readonly measures: readonly Measure[]; at: number }>();

  /** @param now Unix time in milliseconds, as in `read` */
  set(window: Window, measures: readonly Measure[], now: number): void {
    this.#latest.set(JSON.stringify([window.target, window.endpoint]), { window, measures, at: now });
  }

  read(now: number): Series {
    for (const [key, { window, at }] of this.#latest)
      if (now - at > STALE * window.plan.windowMs) this.#latest.delete(key);
    return series(
      WORKER_METRICS.measured,
      [...this.#latest.values()].flatMap(({ window: { target, endpoint }, measures }) =>
        measures.map(
          ({ kind, subject, value, limit }) => [{ target, endpoint, kind, subject }, value / limit] as const,
        ),
      ),
    );
  }
}
