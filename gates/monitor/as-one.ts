import type { Finding } from '../../domain/monitor.ts';

/** Others that are named beside the worst one. */
const NAMED = 5;

/** One finding for features that show the same: what moves all of them is one thing to look into, and one alert. */
export function asOne(subject: string, found: readonly Finding[]): Finding[] {
  const isCritical = ({ severity }: Finding) => Number(severity === 'critical');
  const [worst, ...others] = found.toSorted(
    (a, b) => isCritical(b) - isCritical(a) || b.value / b.limit - a.value / a.limit,
  );
  if (!worst) return [];
  const features = [worst, ...others].map((finding) => finding.subject);
  return [{ ...worst, subject, summary: `${worst.summary}${told(features.slice(1))}`, features }];
}

function told(others: readonly string[]): string {
  if (others.length === 0) return '';
  const named = others.slice(0, NAMED).join(', ');
  const shows = others.length === 1 ? '1 more shows' : `${others.length} more show`;
  return `; ${shows} the same: ${named}${others.length > NAMED ? ', …' : ''}`;
}
