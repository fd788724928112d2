import { mkdir, rename, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { TestProject } from 'vitest/node';
import { bundleWorkflows } from '../../worker/bundle.ts';

declare module 'vitest' {
  interface ProvidedContext {
    workflowBundle: string;
  }
}

/** Bundles the workflows once for all test files: two seconds of processor time each otherwise. */
export async function setup(project: TestProject): Promise<void> {
  const path = resolve('.cache/workflow-bundle.cjs');
  await mkdir(resolve('.cache'), { recursive: true });
  // Renamed into place: another run of the tests may be reading it.
  await writeFile(`${path}.${process.pid}`, (await bundleWorkflows()).code);
  await rename(`${path}.${process.pid}`, path);
  project.provide('workflowBundle', path);
}
