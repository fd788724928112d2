import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { addBy, webUiLink, withRollouts } from './common.ts';
import { addSpecFlags, readSpecFile, type SpecFlags } from './spec-file.ts';
import { describeRunning } from '../rollouts/busy.ts';
import { findingLines } from '../render/plan-findings.ts';
import { paint, type Terminal } from '../terminal.ts';
import { refuseHopelessGates } from '../plan-faults.ts';
import { shortPlace } from '../rollouts/place.ts';
import { exitAs, watchRollout } from './watch.ts';

interface StartFlags extends SpecFlags {
  readonly by: string;
  readonly json?: boolean;
  readonly wait?: boolean;
  readonly supersede?: boolean;
  readonly requestId?: string;
}

export function addStart(program: Command, terminal: Terminal): void {
  addBy(addSpecFlags(program.command('start')))
    .description('roll a model version out')
    .option('--wait', 'stay until it has ended; the exit code says how')
    .option('--supersede', 'end the rollout that has the endpoint first')
    .option('--request-id <id>', 'a repeated start with the same id attaches to the first one (for CI retries)')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Exit codes with --wait:
  0 promoted   1 unexpected   2 usage or invalid specification   3 rolled back
  4 aborted    5 rollback failed and still trying                6 held (undecided)

Examples:
  slipway start -f rollout.yaml
  slipway start -f rollout.yaml --version 7 --wait
  slipway start -f rollout.yaml --wait --request-id "$GITHUB_RUN_ID"`,
    )
    .action((flags: StartFlags) => start(flags, terminal));
}

async function start(flags: StartFlags, terminal: Terminal): Promise<void> {
  const { by, json = false, wait = false, supersede = false, requestId = randomUUID() } = flags;
  const spec = await readSpecFile(flags);
  const cautions = refuseHopelessGates(flags.file, spec);
  if (!json) for (const line of findingLines(cautions, paint.warn('!'), terminal.columns)) terminal.err(`${line}\n`);
  await withRollouts(async (rollouts) => {
    const started = await rollouts.start({
      spec,
      by,
      requestId,
      supersede,
      onSupersede: (running) => terminal.err(`waiting for its end: ${describeRunning(running)}\n`),
    });
    const link = await webUiLink(started);
    if (json && !wait) terminal.out(`${JSON.stringify({ ...started, requestId, webUi: link })}\n`);
    if (!json) {
      const place = shortPlace(started);
      const verb = started.attached ? 'attached to' : 'started';
      terminal.out(`${paint.good('✓')} ${verb} ${started.workflowId}\n`);
      if (link) terminal.out(`  Web UI  ${link}\n`);
      if (!wait) terminal.out(`  watch   slipway get ${place} --watch\n  stop    slipway abort ${place}\n`);
    }
    if (wait) exitAs(await watchRollout(rollouts, started, { wait, json, runId: started.runId }, terminal));
  });
}
