import type { Refusal, RouteReading } from '../../domain/serving-contract.ts';

const STATUS: Readonly<Record<Refusal['error'], number>> = {
  unauthorized: 401,
  not_found: 404,
  invalid: 400,
  stale_fence: 409,
  conflict: 409,
  in_use: 409,
  not_ready: 409,
  unavailable: 503,
  internal: 500,
};

/** A request that the host turns down; the API sends it as a {@link Refusal}. */
export class Refused extends Error {
  readonly error: Refusal['error'];
  readonly current: RouteReading | undefined;

  constructor(error: Refusal['error'], message: string, current?: RouteReading) {
    super(message);
    this.name = 'Refused';
    this.error = error;
    this.current = current;
  }

  get status(): number {
    return STATUS[this.error];
  }

  body(): Refusal {
    const { error, message, current } = this;
    return current === undefined ? { error, message } : { error, message, current };
  }
}
