import type { ValidatePlan } from '../../domain/plan.ts';
import { failure } from '../failures.ts';
import { firstLine, ROW, type Table } from './table.ts';

/** A part of the data set that is checked by itself. */
export interface Slice {
  readonly name: string;
  readonly where: string;
  readonly margin: number;
  /** 1 for each row that belongs to it. */
  readonly includes: Uint8Array;
  readonly rows: number;
}

/**
 * Evaluates the predicates of a plan's slices over the table `scored`.
 *
 * @throws failure `InvalidData` that names the slice, for anything but one predicate that matches at least one row
 */
export async function sliceRows(table: Table, slices: ValidatePlan['slices'], rows: number): Promise<Slice[]> {
  const found: Slice[] = [];
  for (const { name, where, margin } of slices) {
    const includes = Uint8Array.from(await evaluate(table, name, where), (hit) => (hit === true ? 1 : 0));
    const count = includes.reduce((sum, hit) => sum + hit, 0);
    if (includes.length !== rows)
      throw failure('InvalidData', `slice "${name}": ${where} is not a predicate over the rows`);
    if (count === 0) throw failure('InvalidData', `slice "${name}": no row matches ${where}`);
    found.push({ name, where, margin, includes, rows: count });
  }
  return found;
}

async function evaluate(table: Table, name: string, where: string): Promise<unknown[]> {
  try {
    // The line's end closes a comment in the predicate, which would otherwise swallow what follows.
    return await table.column(`SELECT CAST((${where}\n) AS BOOLEAN) FROM scored ORDER BY ${ROW}`);
  } catch (error) {
    throw failure('InvalidData', `slice "${name}": ${where} is not a predicate over the columns: ${firstLine(error)}`, {
      cause: error,
    });
  }
}
