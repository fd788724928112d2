import type { Pool } from 'pg';
import type { Finding, QualityPlan } from '../../domain/monitor.ts';
import type { Cell } from '../../gates/quality/classification.ts';
import { qualityFindings } from '../../gates/quality/findings.ts';
import {
  cellsQuestion,
  errorSumsQuestion,
  isMeasured,
  qualityOf,
  type ErrorSumsRow,
} from '../../gates/quality/question.ts';
import type { Place } from '../doctor/ports.ts';
import { query } from '../store/query.ts';

/** What the labels of a version's latest predictions say; a plan without limits asks nothing. @throws StoreUnreachable */
export async function examineQuality(
  pool: Pool,
  place: Place,
  { plan, version, to }: { readonly plan: QualityPlan | undefined; readonly version: string; readonly to: string },
): Promise<Finding[]> {
  if (!plan || Object.keys({ ...plan.min, ...plan.max }).length === 0) return [];
  const window = { ...place, since: new Date(Date.parse(to) - plan.overMs).toISOString(), until: to };
  const sums = errorSumsQuestion(window);
  const measured = (await query<ErrorSumsRow>(pool, sums.text, sums.values)).filter(isMeasured);
  const cells = cellsQuestion(
    window,
    measured.map((row) => row.version),
  );
  const counted = await query<Cell & { version: string }>(pool, cells.text, cells.values);
  return qualityFindings(qualityOf(measured, counted)[version] ?? null, plan);
}
