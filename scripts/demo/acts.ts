import type { RolloutResult } from '../../domain/rollout-state.ts';
import { askCli, runCli } from './cli.ts';
import type { DemoStack } from './stack.ts';
import type { Models } from './train.ts';

/** One rollout of the demo, as it ended. */
export interface Act {
  readonly version: string;
  /** Of `slipway start --wait`. */
  readonly exitCode: number;
  readonly result: RolloutResult | null;
  readonly workflow: { readonly workflowId: string; readonly runId: string };
  /** Stage at whose gate it ended. */
  readonly stage: string | null;
}

interface Sighting {
  readonly workflowId: string;
  readonly runId: string;
  readonly status: { readonly stages: readonly { readonly stage: string; readonly state: string }[] } | null;
  readonly close: { readonly result?: RolloutResult | null } | null;
}

/** Rolls a version out as a person would, and looks at how it went. */
export async function rollOut(stack: DemoStack, models: Models, version: string): Promise<Act> {
  const exitCode = await runCli(
    ['start', '-f', models.spec, '--version', version, '--wait', '--by', 'demo'],
    stack.env,
  );
  const { workflowId, runId, status, close } = await askCli<Sighting>(['get', 'digits'], stack.env);
  const ended = status?.stages.find(({ state }) => state === 'failed' || state === 'undecided');
  return {
    version,
    exitCode,
    result: close?.result ?? null,
    workflow: { workflowId, runId },
    stage: ended?.stage ?? null,
  };
}
