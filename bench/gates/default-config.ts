import type { JudgeConfig } from '../../gates/session/protocol.ts';

/** The one configuration that every procedure is scored with. */
export const DEFAULT_CONFIG: JudgeConfig = {
  alpha: 0.05,
  beta: 0.05,
  max_batches: 60,
  min_batches: 5,
  margins: {
    error_rate_abs: 0.01,
    p50_ratio: 1.15,
    p95_ratio: 1.2,
    p99_ratio: 1.3,
    accuracy_abs: 0.03,
    paired_accuracy_abs: 0.02,
  },
  slo: { success_rate_min: 0.99, p99_ms_max: 500 },
};
