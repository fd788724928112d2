import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseDocument } from 'yaml';
import type { MonitorSighting } from '../../client/monitors/monitors.ts';
import type { Traffic } from '../../examples/digits/traffic.ts';
import { askCli, runCli } from '../demo/cli.ts';
import { findStack, type DemoStack } from '../demo/stack.ts';
import { answeredBy, startTraffic } from '../demo/traffic.ts';

const DEMO = resolve(import.meta.dirname, '../demo.ts');
/** Longest that a candidate may take to its first live request. */
const CANARY_WITHIN_MS = 180_000;
const MEASURED_WITHIN_MS = 90_000;

/** The demo on a stack in this home, which is left running. */
export async function playDemo(home: string): Promise<void> {
  const child = spawn(process.execPath, [DEMO, '--keep'], {
    env: { ...process.env, SLIPWAY_DEMO_HOME: home },
    stdio: 'inherit',
  });
  const code = await new Promise<number | null>((done, failed) => child.on('error', failed).on('close', done));
  if (code !== 0) throw new Error('the demo did not go as it promises; see above');
}

/** What comes after the demo: windows of the watch, a rehearsal of rollback, and a canary that is under way as `look` begins. */
export async function afterDemo(env: NodeJS.ProcessEnv, look: (stack: DemoStack) => Promise<void>): Promise<void> {
  const stack = await findStack(env);
  const traffic = await startTraffic(stack, { live: join(stack.home, 'digits/live.jsonl') });
  try {
    await carriedOut(['monitor', 'digits', '--window', '5s', '--by', 'demo'], env);
    await untilMeasured(env);
    await carriedOut(['drill', 'digits', '--wait', '--by', 'demo'], env);
    await carriedOut(['start', '-f', await longCanary(stack.home), '--version', '3', '--by', 'demo'], env);
    await untilAnswered(traffic, '3');
    try {
      await look(stack);
    } finally {
      // It may have ended by itself meanwhile.
      await runCli(['abort', 'digits', '--by', 'demo'], env, { quiet: true });
    }
  } finally {
    await traffic.stop();
  }
}

/** The watch judges no windows while something else runs, so this comes before all the rest. */
async function untilMeasured(env: NodeJS.ProcessEnv): Promise<void> {
  const deadline = Date.now() + MEASURED_WITHIN_MS;
  for (;;) {
    const { monitor } = await askCli<{ monitor: MonitorSighting }>(['status', 'digits'], env);
    if ((monitor.status?.measures ?? []).some(({ kind }) => kind === 'drift')) return;
    if (Date.now() > deadline) throw new Error('no window measured drift; see `slipway status digits`');
    await delay(500);
  }
}

/** A specification whose canary decides nothing while pictures are taken. */
async function longCanary(home: string): Promise<string> {
  const spec = parseDocument(await readFile(join(home, 'digits/rollout.yaml'), 'utf8'));
  spec.set('shadow', false);
  spec.set('canary', { steps: [20, 50], minDuration: '1h', maxDuration: '2h' });
  spec.setIn(['gates', 'minRequests'], 1_000_000);
  // The version is wrong on faint scans: this once it is to stay, and without a margin of its own accuracy has the default one.
  spec.setIn(['gates', 'accuracy'], { margin: 0.9 });
  const file = join(home, 'digits/long-canary.yaml');
  await writeFile(file, spec.toString());
  return file;
}

async function untilAnswered(traffic: Traffic, version: string): Promise<void> {
  const deadline = Date.now() + CANARY_WITHIN_MS;
  while (answeredBy(traffic.stats(), version) <= 100) {
    if (Date.now() > deadline) throw new Error(`version ${version} got no live requests; see \`slipway get digits\``);
    await delay(200);
  }
}

async function carriedOut(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const code = await runCli(args, env);
  if (code !== 0) throw new Error(`slipway ${args.join(' ')} ended with ${code}`);
}
