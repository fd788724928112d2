import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { RolloutClient } from '../../../client/rollout-client.ts';
import type { Place } from '../../../client/rollouts/place.ts';
import type { RolloutSpec } from '../../../domain/rollout-spec.ts';
import { runCli } from '../../../scripts/demo/cli.ts';
import { findStack, withoutStack, type DemoStack } from '../../../scripts/demo/stack.ts';
import { until } from '../../serving/support/until.ts';
import { Alertmanager } from '../alertmanager.ts';
import { findPrometheus } from '../prometheus.ts';
import { SignedSink, type Told } from '../signed-sink.ts';

const SECRET = 'kept by both ends';
const SECRET_ENV = 'WEEK_HOOK_SECRET';

/** Longest wait for anything, in milliseconds: for machines that are short of time, since nothing here waits for a time to go by. */
export const PATIENCE_MS = 240_000;

/** A whole stack, an Alertmanager and somebody who is told, for as long as a test's week lasts. */
export interface Week {
  readonly stack: DemoStack;
  readonly rollouts: RolloutClient;
  readonly sink: SignedSink;
  /** `null` where none can be had. */
  readonly alertmanager: Alertmanager | null;
  readonly notify: NonNullable<RolloutSpec['notify']>;
  end(): Promise<void>;
}

export async function beginWeek(): Promise<Week> {
  const home = await mkdtemp(join(tmpdir(), 'slipway-week-'));
  const env = { ...withoutStack(process.env), SLIPWAY_HOME: home, [SECRET_ENV]: SECRET };
  const sink = await SignedSink.open(SECRET);
  const programs = await findPrometheus();
  if ('missing' in programs) console.log(`skipped: alerts to an Alertmanager. ${programs.missing}`);
  let alertmanager: Alertmanager | null = null;
  let rollouts: RolloutClient | undefined;
  const end = async () => {
    await rollouts?.close();
    await runCli(['down'], env, { quiet: true });
    await alertmanager?.stop();
    sink.close();
    await rm(home, { recursive: true, force: true });
  };
  try {
    if (!('missing' in programs)) alertmanager = await Alertmanager.start(programs, join(home, 'alertmanager'));
    if ((await runCli(['up'], env)) !== 0) throw new Error('the stack did not come up');
    const stack = await findStack(env);
    rollouts = await RolloutClient.connect(stack.temporal);
    const notify = [
      { webhook: sink.url, secretEnv: SECRET_ENV },
      ...(alertmanager ? [{ alertmanager: alertmanager.url }] : []),
    ];
    return { stack, rollouts, sink, alertmanager, notify, end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Rolls a version out as a person would; the exit code of `slipway start --wait`. */
export async function rollOut({ stack, notify }: Week, spec: RolloutSpec): Promise<number> {
  const file = join(stack.home, `${spec.endpoint}.yaml`);
  await writeFile(file, stringify({ ...spec, notify }));
  return runCli(['start', '-f', file, '--wait', '--by', 'week'], stack.env);
}

/** Waits until the webhook was told something. */
export function untilTold({ sink }: Week, what: string, isIt: (told: Told) => boolean): Promise<Told> {
  return until(`the webhook to be told ${what}`, () => sink.told.find(isIt), Boolean, PATIENCE_MS) as Promise<Told>;
}

/** Waits until an endpoint's monitor has judged so many more windows; the incidents that are open then. */
export async function afterWindows({ rollouts }: Week, place: Place, count: number) {
  const judged = async () => {
    const { status } = await rollouts.lookAtMonitor(place);
    return status?.last?.unjudged === null ? status : null;
  };
  const { windows } = (await until('a window to be judged', judged, Boolean, PATIENCE_MS))!;
  const isLater = (now: Awaited<ReturnType<typeof judged>>) => now !== null && now.windows >= windows + count;
  return (await until(`${count} more windows`, judged, isLater, PATIENCE_MS))!.incidents;
}
