/** How much it matters; `info` is news that asks nothing of anybody, the others are problems. */
export type Severity = 'info' | 'warning' | 'critical';

/** What people are told: that a problem is there, that it is over, or news. */
export interface Alert {
  /** One for each incident: what fires again, or is over, is known by it. */
  readonly key: string;
  readonly status: 'firing' | 'resolved';
  /** The same from the beginning of an incident to its end. */
  readonly severity: Severity;
  /** In CamelCase: `FeatureDrift`, `RollbackFailed`. */
  readonly name: string;
  readonly target: string;
  readonly endpoint: string;
  readonly model: string | null;
  readonly rolloutId: string | null;
  /** One sentence: what happened, and where. */
  readonly summary: string;
  /** One sentence: what to do. */
  readonly action: string;
  /** A page in Temporal's Web UI. */
  readonly link: string | null;
  /** ISO 8601. */
  readonly startsAt: string;
  /** ISO 8601; `null` while it goes on. */
  readonly endsAt: string | null;
  readonly details?: Readonly<Record<string, string | number | boolean | null>>;
}

/** Whether somebody may have to act; what keeps a list of open problems is told nothing else. */
export function isProblem({ severity }: Pick<Alert, 'severity'>): boolean {
  return severity !== 'info';
}
