import type { Pool } from 'pg';
import { parsePredicate } from '../../domain/predicate.ts';
import type { Finding, MonitorPlan } from '../../domain/monitor.ts';
import { LEAST_LABELS, qualityFindings, tailOf } from '../../gates/quality/findings.ts';
import { readQuality, type Ask } from '../../gates/quality/question.ts';
import type { Place } from '../doctor/ports.ts';
import { query } from '../store/query.ts';

interface ExaminedQuality {
  readonly plan: Pick<MonitorPlan, 'quality' | 'windowMs'>;
  readonly version: string;
  /** ISO 8601. */
  readonly to: string;
}

/** What the labels of a version's latest predictions say, of all and of each slice; a plan without limits asks nothing. @throws StoreUnreachable */
export async function examineQuality(
  pool: Pool,
  place: Place,
  { plan: { quality: plan, windowMs }, version, to }: ExaminedQuality,
): Promise<Finding[]> {
  if (!plan || Object.keys({ ...plan.min, ...plan.max }).length === 0) return [];
  const window = { ...place, since: new Date(Date.parse(to) - plan.overMs).toISOString(), until: to };
  const tail = tailOf(plan, windowMs);
  const findings: Finding[] = [];
  for (const { name, where } of [{ name: null, where: null }, ...(plan.slices ?? [])]) {
    const slice = where === null ? undefined : parsePredicate(where);
    const ask: Ask = ({ text, values }) => query(pool, text, values);
    const quality = await readQuality(ask, { ...window, slice }, tail, LEAST_LABELS);
    findings.push(...qualityFindings(quality[version] ?? null, plan, { tail, slice: name }));
  }
  return findings;
}
