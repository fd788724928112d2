import type { Pool } from 'pg';
import { parsePredicate } from '../../domain/predicate.ts';
import type { Finding, MonitorPlan } from '../../domain/monitor.ts';
import { LEAST_LABELS, qualityFindings, tailOf } from '../../gates/quality/findings.ts';
import { readQuality, type Ask } from '../../gates/quality/question.ts';
import type { Place } from '../doctor/ports.ts';
import { query } from '../store/query.ts';

/** The next look is due soon; slices that are not reached by then wait for it. */
const LONGEST_MS = 60_000;

/** What was found, and why not all of it was judged; `null` where it was. */
interface SeenQuality {
  readonly findings: readonly Finding[];
  readonly unjudged: string | null;
}

interface ExaminedQuality {
  readonly plan: Pick<MonitorPlan, 'quality' | 'windowMs'>;
  readonly version: string;
  /** ISO 8601. */
  readonly to: string;
}

/**
 * What the labels of a version's latest predictions say, of all and of each slice; a plan without limits asks nothing. A question
 * that takes the store too long is no reason to be blind to the rest of the window.
 *
 * @throws StoreUnreachable
 */
export async function examineQuality(
  pool: Pool,
  place: Place,
  { plan: { quality: plan, windowMs }, version, to }: ExaminedQuality,
): Promise<SeenQuality> {
  if (!plan || Object.keys({ ...plan.min, ...plan.max }).length === 0) return { findings: [], unjudged: null };
  const window = { ...place, since: new Date(Date.parse(to) - plan.overMs).toISOString(), until: to };
  const tail = tailOf(plan, windowMs);
  const findings: Finding[] = [];
  const began = performance.now();
  for (const { name, where } of [{ name: null, where: null }, ...(plan.slices ?? [])]) {
    const slice = where === null ? undefined : parsePredicate(where);
    const ask: Ask = ({ text, values }) => query(pool, text, values);
    const whose = name === null ? 'quality' : `quality of slice "${name}"`;
    if (performance.now() - began > LONGEST_MS)
      return { findings, unjudged: `${whose}: the questions before took over ${LONGEST_MS / 1000} s` };
    const quality = await readQuality(ask, { ...window, slice }, tail, LEAST_LABELS).catch((error: unknown) => {
      if (!isTooSlow(error)) throw error;
      return null;
    });
    if (quality === null)
      return { findings, unjudged: `${whose}: the question takes the store too long; a shorter \`over\` asks less` };
    findings.push(...qualityFindings(quality[version] ?? null, plan, { tail, slice: name }));
  }
  return { findings, unjudged: null };
}

/** Whether the store gave up on the statement by its own time limit. */
function isTooSlow(error: unknown): boolean {
  const { code } = ((error as Error).cause ?? error) as { code?: unknown };
  return code === '57014';
}
