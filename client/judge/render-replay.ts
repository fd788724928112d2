import { formatCount } from '../render/numbers.ts';
import { paint } from '../terminal.ts';
import type { Finding, Replayed } from './replay.ts';

/** What became of every verdict, one line each, and every finding beneath it. */
export function renderReplay(rollout: string, replayed: readonly Replayed[]): string {
  if (replayed.length === 0) return `no gate of ${rollout} gave a verdict, so there is nothing to compute again\n`;
  const lines = replayed.flatMap((one) => {
    const mark = one.findings.length === 0 ? paint.good('✓') : paint.bad('✗');
    return [`${mark} row ${one.seq}  ${one.step ?? one.stage}  ${what(one)}`, ...one.findings.map(findingLine)];
  });
  const wrong = replayed.filter(({ findings }) => findings.length > 0).length;
  const total = `${replayed.length} ${replayed.length === 1 ? 'verdict' : 'verdicts'} of ${rollout}`;
  const end =
    wrong === 0
      ? paint.good(`${total} came out again, to the bit`)
      : paint.bad(`${wrong} of ${total} did not come out again`);
  return `${[...lines, '', end].join('\n')}\n`;
}

function what({ decision, algorithm, batches }: Replayed): string {
  const { count, first, last, hash } = batches;
  const range = count === 0 ? 'no batch' : `${formatCount(count)} batches, ${first} to ${last}, ${hash.slice(0, 12)}`;
  return `${decision} by ${algorithm} on ${range}`;
}

function findingLine(finding: Finding): string {
  return `    ${sentence(finding)}`;
}

function sentence(finding: Finding): string {
  switch (finding.kind) {
    case 'difference': {
      const { metric, field, ledger, recomputed } = finding;
      const where = [metric, field].filter(Boolean).join(': ');
      return `${where} is ${show(ledger)} in the ledger and ${show(recomputed)} when computed again`;
    }
    case 'batches_changed':
      return `${listed(finding.indexes)} changed after being sealed, so the verdict cannot be computed again`;
    case 'batches_missing':
      return `only ${finding.found} of its ${finding.expected} batches are still stored (retention drops old ones), so the verdict cannot be computed again`;
    case 'unknown_algorithm':
      return `${finding.algorithm} is not in this release: run the release that has it`;
    case 'no_question':
      return 'the ledger does not hold what the gate was asked, so the verdict cannot be computed again';
  }
}

const NAMED = 5;

function listed(indexes: readonly number[]): string {
  const named = indexes.slice(0, NAMED).join(', ');
  const more = indexes.length > NAMED ? ` and ${indexes.length - NAMED} more` : '';
  return `${indexes.length === 1 ? 'batch' : 'batches'} ${named}${more}`;
}

function show(value: unknown): string {
  return value === null || value === undefined ? 'absent' : JSON.stringify(value);
}
