import { defineConfig } from 'vitest/config';

const second = 1000;
const minute = 60 * second;

// What needs real servers, a Temporal test server or minutes. Every other test is a unit test, so that no file is in no project.
const services = ['activities', 'evidence', 'targets', 'serving', 'store', 'mlflow', 'stack', 'security', 'page'].map(
  inFolder,
);
const workflow = ['workflows', 'replay'].map(inFolder);
const e2e = ['e2e'].map(inFolder);
const unit = ['test/**/*.test.ts', 'packages/*/test/**/*.test.ts'];

export default defineConfig({
  test: {
    reporters: ['default', ['json', { outputFile: '.cache/test-results.json' }]],
    environment: 'node',
    restoreMocks: true,
    unstubEnvs: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: unit,
          exclude: [...services, ...workflow, ...e2e],
          pool: 'threads',
          // Vitest would leave one of two cores idle.
          maxWorkers: '100%',
          // Simulations of some seconds; on a busy machine ten times as long.
          testTimeout: minute,
          hookTimeout: minute,
          // Not 0: on a machine with one worker that would mean last.
          sequence: { groupOrder: 1 },
        },
      },
      { extends: true, test: serial('services', services, { order: 2, test: minute, hook: 2 * minute }) },
      {
        extends: true,
        test: {
          ...serial('workflow', workflow, { order: 3, test: minute, hook: 2 * minute }),
          globalSetup: 'test/support/bundle-setup.ts',
        },
      },
      { extends: true, test: serial('e2e', e2e, { order: 4, test: 4 * minute, hook: 3 * minute }) },
    ],
  },
});

function inFolder(folder: string): string {
  return `test/${folder}/**/*.test.ts`;
}

/** One file at a time, each in a process of its own: servers share two cores, and Temporal's native part is loaded once a process. */
function serial(name: string, include: string[], { order, test, hook }: { order: number; test: number; hook: number }) {
  return {
    name,
    include,
    pool: 'forks' as const,
    fileParallelism: false,
    testTimeout: test,
    hookTimeout: hook,
    teardownTimeout: 30 * second,
    sequence: { groupOrder: order },
  };
}
