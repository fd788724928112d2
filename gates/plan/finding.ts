/** Something about a plan that does not work out. */
export interface PlanFinding {
  /** Where in the specification: `gates.latency.p99.margin`. */
  readonly path: string;
  /** What and why, in one sentence without its end. */
  readonly message: string;
  /** Alternatives, each of which helps by itself. */
  readonly remedies: readonly Remedy[];
}

/** Fields of the specification that are to have this value, all of them. */
export interface Remedy {
  readonly paths: readonly string[];
  readonly value: number | string | boolean;
}

/** The finding as one sentence: what is wrong, then what would help. */
export function describeFinding({ message, remedies }: PlanFinding): string {
  if (remedies.length === 0) return message;
  return `${message}: set ${listed(
    remedies.map(({ paths, value }) => `${listed(paths, 'and')} to ${String(value)}`),
    'or',
  )}`;
}

/** `a, b or c`. */
export function listed(words: readonly string[], conjunction: 'and' | 'or'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${conjunction} ${words.at(-1)}`;
}
