import type { Verdict } from '../../domain/verdict.ts';
import { prettyJson } from '../registry/attach.ts';
import type { Classification } from './classification.ts';
import type { DataSet } from './data-set.ts';
import type { Finding } from './evidence.ts';
import { figuresOf, type Figures, type ValidationEvidence } from './judge.ts';
import type { Scores } from './score-version.ts';

/** Largest report, in bytes: it is to be opened in the registry's viewer. */
const MOST_BYTES = 100_000;
const MOST_CLASSES = 30;
const MOST_FINDINGS = 100;

/** The full account of a validation as JSON, at most 100 KB: details are left out, largest first, where it would be more. */
export function validationReport(
  evidence: ValidationEvidence & { readonly data: DataSet },
  found: readonly Finding[],
  verdict: Verdict,
): string {
  const { data, candidate, stable, validate, gates } = evidence;
  const { source, sha256, rows, rowsInFile, rowsWithoutLabel, features, slices } = data;
  const { decision, reason, summary, algorithm } = verdict;
  const head = {
    algorithm,
    decision,
    reason,
    summary,
    data: { source, sha256, rows, rowsInFile, rowsWithoutLabel, features: features.length, label: validate.data.label },
    settings: { task: validate.task, margin: validate.margin, alpha: gates.alpha, beta: gates.beta },
    findings: found.filter(({ kind }) => kind !== 'observation'),
  };
  const versions = (detail: Detail) => ({
    candidate: side(evidence, candidate, detail),
    stable: stable && side(evidence, stable, detail),
  });
  const inSlices = slices.map(({ name, where, margin, rows: size, includes }) => ({
    ...{ name, where, margin, rows: size },
    candidate: rounded(figuresOf(evidence, candidate, includes).metrics),
    stable: stable && rounded(figuresOf(evidence, stable, includes).metrics),
  }));
  const attempts = [
    { ...head, ...versions('confusion'), slices: inSlices },
    { ...head, ...versions('classes'), slices: inSlices },
    { ...head, ...versions('metrics') },
    {
      ...head,
      findings: head.findings.filter(({ decision }) => decision !== 'pass').slice(0, MOST_FINDINGS),
      ...versions('metrics'),
    },
  ];
  const texts = attempts.map(prettyJson);
  return texts.find((text) => Buffer.byteLength(text) <= MOST_BYTES) ?? prettyJson({ ...head, findings: [] });
}

type Detail = 'confusion' | 'classes' | 'metrics';

function side(evidence: ValidationEvidence, scores: Scores, detail: Detail) {
  const { requests, failedRows, unreachableRows, faults, latenciesMs } = scores;
  const figures = figuresOf(evidence, scores);
  return {
    metrics: rounded(figures.metrics),
    requests,
    failedRows,
    unreachableRows,
    faults,
    requestMs: quantiles(latenciesMs),
    ...(isClassification(figures) && detail !== 'metrics' && classDetails(figures, detail)),
  };
}

function isClassification(figures: Figures): figures is Classification {
  return 'confusion' in figures;
}

/** The most frequent classes, with what they were taken for. */
function classDetails({ classes, confusion }: Classification, detail: Detail) {
  const frequent = Object.entries(classes)
    .toSorted(([, a], [, b]) => b.support - a.support)
    .slice(0, MOST_CLASSES);
  const kept = Object.fromEntries(frequent.map(([name, figures]) => [name, rounded({ ...figures })]));
  if (detail === 'classes') return { classes: kept };
  const rows = Object.keys(kept).map((name) => [name, confusion[name] ?? {}] as const);
  return { classes: kept, confusion: Object.fromEntries(rows) };
}

function quantiles(values: readonly number[]) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
  return { p50: at(0.5), p95: at(0.95), max: sorted.at(-1) ?? null };
}

function rounded(figures: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value.toPrecision(6))]));
}
