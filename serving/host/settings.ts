/** How patient the host is. Tests shorten these; users have no reason to. */
export interface Timings {
  /** Between two health checks of one server. */
  readonly probeMs: number;
  /** Time for one answer to a health check. */
  readonly probeTimeoutMs: number;
  /** Time for a server to become ready after its start. */
  readonly startTimeoutMs: number;
  /** Not answering for this long, a living server is taken for hung and started anew. */
  readonly hungMs: number;
  /** First wait before a restart; it doubles up to the cap and begins again after `healthyMs` of health. */
  readonly backoffMs: number;
  readonly backoffCapMs: number;
  readonly healthyMs: number;
  /** Time between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  /** Between two looks at Envoy and capture. */
  readonly superviseMs: number;
}

export const TIMINGS: Timings = {
  probeMs: 1_000,
  probeTimeoutMs: 5_000,
  startTimeoutMs: 300_000,
  hungMs: 60_000,
  backoffMs: 500,
  backoffCapMs: 30_000,
  healthyMs: 60_000,
  graceMs: 10_000,
  superviseMs: 1_000,
};

/** Health checks in a row that must fail before a ready version counts as unhealthy. */
export const PROBES_TO_UNHEALTHY = 3;

/** Starts without ever having been ready before a version counts as failed. */
export const STARTS_TO_FAILURE = 3;
