import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { bundleWorkflowCode, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { fileURLToPath } from 'node:url';
import { bundleFile } from './bundle-cache.ts';

/** The one file that the workflow bundle starts from. */
export const WORKFLOWS_PATH = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));

/**
 * The workflows, bundled into a file that every worker of the same code shares: bundling takes seconds of processor time,
 * and after a crash an abort may be waiting.
 */
export async function bundleToFile(): Promise<{ codePath: string }> {
  // In a process that then ends: the bundler leaves 100 MB behind.
  const codePath = await bundleFile((file) => promisify(execFile)(process.execPath, [BUNDLER, file]));
  return { codePath };
}

const BUNDLER = fileURLToPath(new URL('./bundle-file.ts', import.meta.url));

/** Bundles the workflows for the sandbox: about two seconds of processor time. */
export async function bundleWorkflows(): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({ workflowsPath: WORKFLOWS_PATH, logger: QUIET });
}

const QUIET = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error: console.error };
