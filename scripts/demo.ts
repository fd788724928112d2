import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { slipwayHome } from '../spec/home.ts';
import { rollOut, type Act } from './demo/acts.ts';
import { runCli } from './demo/cli.ts';
import { judgeDemo, printSummary } from './demo/summary.ts';
import { chapter, line } from './demo/screen.ts';
import { findStack, withoutStack } from './demo/stack.ts';
import { startTraffic } from './demo/traffic.ts';
import { train } from './demo/train.ts';

const { values: options } = parseArgs({ options: { keep: { type: 'boolean', default: false } } });

// A stack of its own, so that the demo never touches one that somebody works with.
const home = resolve(process.env['SLIPWAY_DEMO_HOME'] ?? `${slipwayHome()}/demo`);
const env = { ...withoutStack(process.env), SLIPWAY_HOME: home };
const began = Date.now();

try {
  process.exitCode = await demo();
} finally {
  if (!options.keep) await runCli(['down'], env);
}

async function demo(): Promise<number> {
  chapter('A stack on this machine: Temporal, PostgreSQL, MLflow, Envoy, a worker');
  await runCli(['down'], env, { quiet: true });
  await rm(home, { recursive: true, force: true });
  if ((await runCli(['up'], env)) !== 0) return 1;
  const stack = await findStack(env);

  chapter('Four versions of a digit recogniser, trained on real scans and registered in MLflow');
  const models = await train(stack, resolve(home, 'digits'));

  const acts: Act[] = [];
  chapter(`Version ${models.versions.stable} is the first on the endpoint: nothing to compare with yet`);
  line(
    'Live traffic begins as soon as it serves, and does not stop until the end; true labels arrive a few seconds late.',
  );
  const first = rollOut(stack, models, models.versions.stable);
  const traffic = await startTraffic(stack, models);
  try {
    acts.push(await first);
    chapter(`Version ${models.versions.better} is better: it goes all the way`);
    acts.push(await rollOut(stack, models, models.versions.better));
    chapter(
      `Version ${models.versions['faint-blind']} is as good on the validation set, and wrong on faint scans, which that set lacks`,
    );
    acts.push(await rollOut(stack, models, models.versions['faint-blind']));
    chapter(`Version ${models.versions.throttled} is right everywhere, and gets slow under live load`);
    acts.push(await rollOut(stack, models, models.versions.throttled));
  } finally {
    await traffic.stop();
  }
  const findings = judgeDemo(acts, models, traffic.stats());
  await printSummary({
    stack,
    acts,
    models,
    stats: traffic.stats(),
    findings,
    tookMs: Date.now() - began,
    kept: options.keep,
  });
  return findings.every(({ holds }) => holds) ? 0 : 1;
}
