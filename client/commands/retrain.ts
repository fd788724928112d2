import { Option, type Command } from 'commander';
import { addActFlags, addPlace, messageOf, withRollouts, workflowLink, type ActFlags } from './common.ts';
import { Failure, usageFailure } from '../failure.ts';
import { paint, type Terminal } from '../terminal.ts';
import { placeOf } from '../rollouts/start.ts';
import { readSpecFile } from './spec-file.ts';
import { renderRetraining, retrainLine } from '../render/retraining.ts';
import { shortPlace, type Place } from '../rollouts/place.ts';
import { exitAs, watchRollout } from './watch.ts';
import type { RetrainSighting } from '../retraining/look.ts';
import type { RetrainStarted } from '../retraining/start.ts';
import type { RolloutClient } from '../rollout-client.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';

interface RetrainFlags extends ActFlags {
  readonly file?: string;
  readonly wait?: boolean;
  readonly show?: boolean;
  readonly cancel?: boolean;
}

export function addRetrain(program: Command, terminal: Terminal): void {
  addActFlags(addPlace(program.command('retrain')))
    .description('train a new version now, as the specification says, and roll it out')
    .option('-f, --file <spec>', "the specification; that of the endpoint's last rollout when absent")
    .option('--wait', 'stay until the rollout of the new version has ended; the exit code says how')
    .addOption(new Option('--show', 'only show how the last retraining stands').conflicts(['wait', 'cancel', 'file']))
    .addOption(
      new Option('--cancel', 'end the retraining that is under way, its job first').conflicts(['wait', 'file']),
    )
    .addHelpText(
      'after',
      `
A retraining that is under way is joined; one that cools down is followed by another at once. Exit codes with --wait are
those of \`slipway start --wait\`, and 1 when no version came of it.

Examples:
  slipway retrain digits
  slipway retrain digits -f rollout.yaml --reason "labels of the spring" --wait
  slipway retrain digits --show`,
    )
    .action((place: Place, flags: RetrainFlags) => retrain(place, flags, terminal));
}

async function retrain(place: Place, flags: RetrainFlags, terminal: Terminal): Promise<void> {
  const { json = false, wait = false } = flags;
  const spec = flags.file === undefined ? undefined : await readRetrainSpec(flags.file, place);
  await withRollouts(async (rollouts) => {
    if (flags.show) {
      const seen = await rollouts.lookAtRetraining(place);
      return terminal.out(json ? `${JSON.stringify(seen)}\n` : `${renderRetraining(seen, Date.now()).join('\n')}\n`);
    }
    if (flags.cancel) {
      await rollouts.cancelRetraining(place);
      return terminal.out(json ? `${JSON.stringify(place)}\n` : `${paint.good('✓')} the retraining is being ended\n`);
    }
    const started = await rollouts.retrain({ ...place, ...messageOf(flags), ...(spec && { spec }) });
    const link = await workflowLink(started.workflowId);
    if (json && !wait) terminal.out(`${JSON.stringify({ ...started, webUi: link })}\n`);
    if (!json) {
      terminal.out(`${paint.good('✓')} ${SAID[started.how]} ${started.workflowId}\n`);
      if (link) terminal.out(`  Web UI  ${link}\n`);
      if (!wait) terminal.out(`  look    slipway retrain ${shortPlace(place)} --show\n`);
    }
    if (wait) await waitFor(rollouts, started, json, terminal);
  });
}

const SAID: Readonly<Record<RetrainStarted['how'], string>> = {
  started: 'started',
  again: 'started again, before its cool-down was over,',
  attached: 'under way already:',
};

/** @throws Failure with exit code 2 */
async function readRetrainSpec(file: string, place: Place): Promise<RolloutSpec> {
  const spec = await readSpecFile({ file });
  const { target, endpoint } = placeOf(spec);
  if (target !== place.target || endpoint !== place.endpoint)
    throw usageFailure(`${file} is for ${target}/${endpoint}, not for ${place.target}/${place.endpoint}`);
  if (!spec.retrain)
    throw usageFailure(`${file} says nothing of how to train: add \`retrain\`, see docs/retraining.md`);
  return spec;
}

async function waitFor(
  rollouts: RolloutClient,
  started: RetrainStarted,
  json: boolean,
  terminal: Terminal,
): Promise<void> {
  let seen: RetrainSighting | null = null;
  let shown = '';
  for await (const sighting of rollouts.followRetraining(started)) {
    seen = sighting;
    const line = retrainLine(sighting);
    if (!json && line !== shown) terminal.out(`${line}\n`);
    shown = line;
  }
  if (seen?.status?.outcome === 'started') {
    const { rollout } = seen.status;
    const options = { wait: true, json, ...(rollout && { runId: rollout.runId }) };
    return exitAs(await watchRollout(rollouts, started, options, terminal));
  }
  const detail = seen?.failure ?? seen?.status?.detail;
  if (seen?.status?.outcome === 'skipped')
    throw new Failure(`version ${seen.status.version} was trained, but something else has the endpoint: ${detail}`, {
      code: 'skipped',
    });
  throw new Failure(detail || 'the retraining was ended', { code: 'retrain_failed' });
}
