import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundleWorkflowCode, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { fileURLToPath } from 'node:url';

/** The one file that the workflow bundle starts from. */
export const WORKFLOWS_PATH = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));

/** Bundles the workflows into a file, in a process that then ends: the bundler leaves 100 MB behind. */
export async function bundleToFile(): Promise<{ codePath: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-workflows-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const codePath = join(folder, 'bundle.cjs');
  await promisify(execFile)(process.execPath, [BUNDLER, codePath]);
  return { codePath };
}

const BUNDLER = fileURLToPath(new URL('./bundle-file.ts', import.meta.url));

/** Bundles the workflows for the sandbox: about two seconds of processor time. */
export async function bundleWorkflows(): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({ workflowsPath: WORKFLOWS_PATH, logger: QUIET });
}

const QUIET = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error: console.error };
