import type { HouseReport } from '../activities/doctor.ts';
import { housekeeping } from './proxies.ts';

/**
 * One round over every endpoint, started by a schedule: finds what was ended by force or set by a stranger, and starts
 * the workflow `rollback` where traffic has to move. It touches no route itself.
 */
export async function janitor(): Promise<HouseReport> {
  return housekeeping.keepHouse.executeWithOptions({ summary: 'look at every endpoint' }, []);
}
