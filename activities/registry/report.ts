import type { Lineage, PinnedVersion } from '../../domain/model-version.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { REASONS, type Reason } from '../../domain/reasons.ts';
import type { EndpointSnapshot } from '../../domain/rollout-state.ts';
import type { MetricEvidence, Verdict } from '../../domain/verdict.ts';
import type { MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';
import { attach, prettyJson } from './attach.ts';

/** What the report says of a rollout; a part of preflight's facts. */
export interface ReportFacts {
  readonly rolloutId: string;
  readonly candidate: PinnedVersion;
  readonly snapshot: Pick<EndpointSnapshot, 'stable'>;
  readonly lineage: Lineage;
  readonly plan: { readonly target: string; readonly endpoint: string };
}

/** One row of the rollout's history, oldest first; a ledger row is one. */
export interface ReportRow {
  readonly effectiveAt: string;
  readonly stage: string;
  readonly step: string | null;
  readonly reason: Reason;
  readonly actor: { readonly name: string };
}

export interface ReportEnd {
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly detail: string;
  readonly verdict: Verdict | null;
  readonly history: readonly ReportRow[];
}

/** Logs how a rollout went on the candidate's run, as JSON and as Markdown; safe to repeat. */
export async function attachReport(
  mlflow: MlflowClient,
  facts: ReportFacts,
  end: ReportEnd,
  signal?: AbortSignal,
): Promise<string | null> {
  const { candidate, rolloutId } = facts;
  const place = { runId: candidate.runId, rolloutId };
  await attach(mlflow, place, 'report.json', prettyJson({ ...facts, ...end }), signal);
  return attach(mlflow, place, 'report.md', markdownReport(facts, end), signal);
}

/** The report as Markdown, for the registry's artifact viewer. */
export function markdownReport(facts: ReportFacts, { outcome, reason, detail, verdict, history }: ReportEnd): string {
  const { candidate, snapshot, lineage, plan, rolloutId } = facts;
  const before = snapshot.stable ? `version ${snapshot.stable.version}` : 'nothing';
  return lines([
    `# Rollout ${rolloutId}: ${outcome}`,
    '',
    `${candidate.model} version ${candidate.version} on ${plan.target}/${plan.endpoint}, where ${before} served before.`,
    `It ended because ${REASONS[reason]}${detail ? ` (${detail})` : ''}.`,
    '',
    `- content: \`${candidate.digest}\``,
    `- run: ${lineage.runName ?? lineage.runId ?? 'unknown'}, commit ${lineage.gitCommit ?? 'unknown'}, by ${lineage.user ?? 'unknown'}`,
    ...lineage.datasets.map(
      ({ name, digest, context }) => `- data: ${name} ${digest}${context ? ` (${context})` : ''}`,
    ),
    '',
    ...(verdict ? verdictTable(verdict) : []),
    '## History',
    '',
    '| at | stage | what happened | by |',
    '|---|---|---|---|',
    ...history.map(historyRow),
  ]);
}

function verdictTable({ decision, summary, metrics, algorithm }: Verdict): string[] {
  return [
    `## Last verdict: ${decision}`,
    '',
    `${cell(summary)} (${algorithm})`,
    '',
    '| metric | candidate | stable | margin | decision |',
    '|---|---|---|---|---|',
    ...metrics.map(metricRow),
    '',
  ];
}

function metricRow({ metric, version, candidate, stable, margin, decision }: MetricEvidence): string {
  return `| ${metric}${version === undefined ? '' : ` of ${version}`} | ${figure(candidate)} | ${figure(stable)} | ${margin} | ${decision} |`;
}

function historyRow({ effectiveAt, stage, step, reason, actor }: ReportRow): string {
  return `| ${effectiveAt} | ${step ?? stage} | ${REASONS[reason]} | ${cell(actor.name)} |`;
}

function figure(value: number | null): string {
  return value === null ? '–' : String(Number(value.toPrecision(4)));
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
