import type { Place } from '../doctor/ports.ts';

/** The workflows `monitor`, as far as the rest of the house starts and tells them. Every call throws when Temporal does not answer. */
export interface MonitorsPort {
  /** Tells the endpoint's monitor of a promotion; starts one where none runs, if `start` says so. */
  promoted(place: Place, start: boolean): Promise<void>;
}
