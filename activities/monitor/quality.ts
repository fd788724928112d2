import type { Pool } from 'pg';
import type { Finding, QualityPlan } from '../../domain/monitor.ts';
import { qualityFindings } from '../../gates/quality/findings.ts';
import { readQuality } from '../../gates/quality/question.ts';
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
  const quality = await readQuality(({ text, values }) => query(pool, text, values), window);
  return qualityFindings(quality[version] ?? null, plan);
}
