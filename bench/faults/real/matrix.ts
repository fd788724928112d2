/** The nine parts of a stack, as the campaign names them. */
export const COMPONENTS = [
  'worker',
  'Temporal server',
  'PostgreSQL',
  'MLflow',
  'serving host',
  'Envoy',
  'capture',
  "stable's model server",
  "candidate's model server",
] as const;
export type Component = (typeof COMPONENTS)[number];

export const FAULTS = ['kill -9', 'stop', 'restart', 'connection refused', 'slow', 'garbage'] as const;
export type FaultKind = (typeof FAULTS)[number];

/** What the three rollouts that run during every fault are doing. */
export const PATHS = ['forward', 'rollback', 'soak'] as const;
export type Path = (typeof PATHS)[number];

/** One fault, which hits all three paths at once. */
export interface Cell {
  readonly component: Component;
  readonly fault: FaultKind;
}

/** Faults that a part cannot have, and why. */
export function senseless({ component, fault }: Cell): string | null {
  const byWire = fault === 'connection refused' || fault === 'garbage';
  if (component === 'worker' && byWire)
    return 'nothing connects to a worker: it polls; what it polls being refused or garbled is the row of that part';
  return null;
}

/** Every cell that makes sense. */
export const CELLS: readonly Cell[] = COMPONENTS.flatMap((component) =>
  FAULTS.map((fault) => ({ component, fault })),
).filter((cell) => senseless(cell) === null);

/**
 * Whether the fault takes away the only part that could answer on that path: Envoy itself, or stable's server while the
 * candidate is being left.
 */
export function mustFail({ component, fault }: Cell, path: Path): boolean {
  // Its admin interface is what is refused or garbled then: requests do not pass through that.
  if (component === 'Envoy') return fault !== 'connection refused' && fault !== 'garbage' && fault !== 'slow';
  return component === "stable's model server" && path === 'rollback' && fault !== 'slow';
}
