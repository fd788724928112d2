import { mkdir, writeFile } from 'node:fs/promises';
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
  await writeFile(path, (await bundleWorkflows()).code);
  project.provide('workflowBundle', path);
}
