import type { Place } from '../doctor/ports.ts';

/** The workflows `monitor`, as far as the rest of the house starts and tells them. Every call throws when Temporal does not answer. */
export interface MonitorsPort {
  /** Tells the endpoint's monitor of a promotion; starts one where none runs, if `start` says so. */
  promoted(place: Place, start: boolean): Promise<void>;
  /**
   * Endpoints that nobody watches though somebody should: those given of which no monitor was ever heard, or whose monitor had
   * come to its end before the promotion, and those whose monitor was ended by force, or failed, in the last day. One that a
   * person stopped since has come to its end.
   */
  unwatched(promoted: readonly PromotedPlace[]): Promise<readonly Place[]>;
}

/** An endpoint on which a version was promoted, and when that was last, ISO 8601. */
export interface PromotedPlace extends Place {
  readonly promotedAt: string;
}
