import type { Checker, Rule } from './check.ts';
import type { JudgeConfig, JudgeMargins } from './protocol.ts';
import { ANY, COUNT, FROM_ONE, INNER_SHARE, RATIO } from './check.ts';

const MARGINS: Readonly<Record<keyof JudgeMargins, Rule>> = {
  error_rate_abs: INNER_SHARE,
  p50_ratio: RATIO,
  p95_ratio: RATIO,
  p99_ratio: RATIO,
  accuracy_abs: INNER_SHARE,
  paired_accuracy_abs: INNER_SHARE,
};

/** The `config` of a start line. */
export function readConfig(value: unknown, path: string, check: Checker): JudgeConfig | null {
  const config = check.object(value, path);
  if (config === null) return null;
  const [alpha, beta] = (['alpha', 'beta'] as const).map((name) =>
    check.number(config[name], `${path}.${name}`, INNER_SHARE),
  ) as [number, number];
  const max_batches = check.number(config['max_batches'], `${path}.max_batches`, FROM_ONE);
  const min_batches = check.number(config['min_batches'], `${path}.min_batches`, COUNT);
  if (min_batches > max_batches)
    check.fault(`${path}.min_batches`, `is ${min_batches}, more than the ${max_batches} of ${path}.max_batches`);
  const margins = readMargins(config['margins'], `${path}.margins`, check);
  const slo = readSlo(config['slo'], `${path}.slo`, check);
  return { alpha, beta, max_batches, min_batches, margins, ...(slo && { slo }) };
}

/** An unknown name is a fault here alone: it would be a metric that somebody believes to be judged. */
function readMargins(value: unknown, path: string, check: Checker): JudgeMargins {
  const fields = check.object(value, path);
  if (fields === null) return {};
  const margins: Record<string, number> = {};
  for (const [name, margin] of Object.entries(fields)) {
    if (!isMargin(name)) {
      check.fault(`${path}.${name}`, `is not a margin; there are ${Object.keys(MARGINS).join(', ')}`);
    } else if (margin !== null) {
      margins[name] = check.number(margin, `${path}.${name}`, MARGINS[name]);
    }
  }
  if (Object.values(fields).every((margin) => margin === null))
    check.fault(
      path,
      `names no metric, so there would be nothing to judge; name one of ${Object.keys(MARGINS).join(', ')}`,
    );
  return margins;
}

function readSlo(value: unknown, path: string, check: Checker): JudgeConfig['slo'] {
  if (value === undefined || value === null) return undefined;
  const fields = check.object(value, path);
  if (fields === null) return undefined;
  const slo: Record<string, number> = {};
  for (const name of ['success_rate_min', 'p99_ms_max']) {
    const limit = fields[name];
    if (limit !== undefined && limit !== null) slo[name] = check.number(limit, `${path}.${name}`, ANY);
  }
  return slo;
}

function isMargin(name: string): name is keyof JudgeMargins {
  return Object.hasOwn(MARGINS, name);
}
