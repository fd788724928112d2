import { hostMemory } from './memory.ts';
import type { Act } from './acts.ts';
import { line, mark } from './screen.ts';
import type { DemoStack } from './stack.ts';
import type { TrafficStats } from '../../examples/digits/traffic.ts';
import { answeredBy } from './traffic.ts';
import type { Models } from './train.ts';

/** A promise of the demo, and whether it held. */
export interface Finding {
  readonly promise: string;
  readonly holds: boolean;
  readonly detail: string;
}

/** What the demo promises, checked against what happened. */
export function judgeDemo(
  [first, better, blind, throttled]: readonly Act[],
  models: Models,
  stats: TrafficStats,
): Finding[] {
  const seen = (version: string) => answeredBy(stats, version);
  const { versions } = models;
  return [
    promise(`version ${versions.stable} serves as the first`, first?.exitCode === 0, summaryOf(first)),
    promise(`version ${versions.better} was promoted`, better?.exitCode === 0, summaryOf(better)),
    promise(
      `version ${versions['faint-blind']} was stopped in shadow, without one live request`,
      blind?.exitCode === 3 && blind.stage === 'shadow' && seen(versions['faint-blind']) === 0,
      summaryOf(blind),
    ),
    promise(
      `version ${versions.throttled} was rolled back by a canary gate, after some live requests`,
      throttled?.exitCode === 3 && throttled.stage === 'canary' && seen(versions.throttled) > 0,
      `${seen(versions.throttled)} of ${stats.answered} live requests saw it; ${summaryOf(throttled)}`,
    ),
    promise('no request of a client failed', stats.answered > 0 && stats.failed === 0, failuresOf(stats)),
  ];
}

export async function printSummary(demo: {
  stack: DemoStack;
  acts: readonly Act[];
  models: Models;
  stats: TrafficStats;
  findings: readonly Finding[];
  tookMs: number;
  kept: boolean;
}): Promise<void> {
  const { stack, acts, findings, stats } = demo;
  line();
  line('What happened');
  for (const { promise: text, holds, detail } of findings) line(`  ${mark(holds)} ${text}\n      ${detail}`);
  line();
  line(trafficLine(stats));
  for (const text of await hostMemory(stack)) line(`Memory: ${text}`);
  line(`Took ${Math.round(demo.tookMs / 1000)} s`);
  line();
  line(demo.kept ? 'Look at it' : 'The stack is stopped now; to look at it, run again with: npm run demo -- --keep');
  if (!demo.kept) return;
  for (const { version, workflow } of acts) {
    line(
      `  version ${version}: ${stack.temporalUi}/namespaces/default/workflows/${workflow.workflowId}/${workflow.runId}`,
    );
  }
  line(`  models:    ${stack.mlflow}/#/models/digits`);
  line(`  train it anew on what it was asked: SLIPWAY_HOME=${stack.home} npm run slipway -- retrain digits --wait`);
  line(`  stop it:   SLIPWAY_HOME=${stack.home} npm run slipway -- down`);
}

function promise(text: string, holds: boolean, detail: string): Finding {
  return { promise: text, holds, detail };
}

function summaryOf(act: Act | undefined): string {
  const { result } = act ?? {};
  return result ? `${result.outcome}: ${result.verdict?.summary || result.detail || result.reason}` : 'it did not end';
}

function failuresOf({ sent, failed, failures }: TrafficStats): string {
  const kinds = Object.entries(failures).map(([kind, count]) => `${count} × ${kind}`);
  return failed === 0 ? `${sent} requests, 0 failed` : `${failed} of ${sent} failed: ${kinds.join(', ')}`;
}

function trafficLine({ sent, seconds, latencyMs, labels }: TrafficStats): string {
  const { p50, p99 } = latencyMs;
  const rate = Math.round(sent / seconds);
  return `Traffic: ${sent} requests, ${rate} a second; p50 ${p50?.toFixed(0)} ms, p99 ${p99?.toFixed(0)} ms; ${labels.sent} labels sent`;
}
