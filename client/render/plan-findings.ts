import { listed, type PlanFinding } from '../../gates/plan/finding.ts';
import { paint } from '../terminal.ts';
import { wrap } from './wrap.ts';

const INDENT = '    ';

/** Faults and cautions with their place in the specification, and each remedy on a line of its own. */
export function findingLines(findings: readonly PlanFinding[], mark: string, width: number): string[] {
  return findings.flatMap(({ path, message, remedies }) => [
    ...wrap(`${mark} ${paint.bold(path)}  ${message}`, { width, indent: INDENT }),
    ...remedies.flatMap(({ paths, value }, i) =>
      wrap(`${INDENT}${i === 0 ? '→ set ' : '→ or '}${listed(paths, 'and')} to ${String(value)}`, {
        width,
        indent: `${INDENT}  `,
      }),
    ),
  ]);
}
