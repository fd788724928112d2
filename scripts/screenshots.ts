import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startBrowser } from './screenshots/browser.ts';
import { pagePictures, take, webUiPictures } from './screenshots/pictures.ts';
import { afterDemo, playDemo } from './screenshots/story.ts';
import { askCli, runCli } from './demo/cli.ts';
import { withoutStack, type DemoStack } from './demo/stack.ts';

const USAGE = `Takes the pictures in docs/images: plays the demo, a drill and a canary on a stack of their own, and looks at them in Chromium.

  npm run screenshots                      all of it, in a temporary home: about six minutes
  npm run screenshots -- --demo HOME       of a demo that was played there and is still up (npm run demo -- --keep)
`;

const { values: options } = parseArgs({
  options: { demo: { type: 'string' }, help: { type: 'boolean', default: false } },
});
const IMAGES = resolve(import.meta.dirname, '../docs/images');

if (options.help) process.stdout.write(USAGE);
else await main();

async function main(): Promise<void> {
  // Before minutes of playing: without a browser all of it would be for nothing.
  const browser = await startBrowser();
  const home =
    options.demo === undefined ? await mkdtemp(join(tmpdir(), 'slipway-screenshots-')) : resolve(options.demo);
  const env = { ...withoutStack(process.env), SLIPWAY_HOME: home };
  try {
    if (options.demo === undefined) await playDemo(home);
    await afterDemo(env, (stack) => takeAll(stack));
  } finally {
    await browser.close();
    if (options.demo === undefined) {
      await runCli(['down'], env);
      await rm(home, { recursive: true, force: true });
    }
  }

  async function takeAll({ home: at, temporalUi }: DemoStack): Promise<void> {
    await mkdir(IMAGES, { recursive: true });
    const file = join(at, 'digits.html');
    await runCli(['status', 'digits', '--html', file], env);
    const base = `${temporalUi}/namespaces/default/workflows`;
    const runs = await askCli<readonly Run[]>(['list'], env);
    const pictures = [...pagePictures(file), ...webUiPictures(base, promoted(runs))];
    const faults: unknown[] = [];
    for (const picture of pictures) await take(browser, picture, IMAGES).catch((fault: unknown) => faults.push(fault));
    if (faults.length > 0) throw new AggregateError(faults, 'some pictures could not be taken');
  }
}

interface Run {
  readonly workflowId: string;
  readonly runId: string;
  readonly type: string;
  readonly attributes: { readonly outcome: string | null };
}

/** The last rollout that was promoted, below where the Web UI shows workflows. */
function promoted(runs: readonly Run[]): string {
  const run = runs.find(({ type, attributes }) => type === 'rollout' && attributes.outcome === 'promoted');
  if (!run) throw new Error('no rollout was promoted: the demo did not go as it promises');
  return `${run.workflowId}/${run.runId}`;
}
