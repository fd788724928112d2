import type { WorkerDeploymentOptions } from '@temporalio/worker';

const DEPLOYMENT_VARIABLE = 'SLIPWAY_DEPLOYMENT';
const BUILD_VARIABLE = 'SLIPWAY_BUILD_ID';

/** As much as fits beside the deployment's name into Temporal's own 255 characters. */
const NAME = /^[A-Za-z0-9_-]{1,100}$/;
const BUILD = /^[A-Za-z0-9_.-]{1,100}$/;

/**
 * The version under which this process's workers register: `SLIPWAY_DEPLOYMENT` (`slipway`) and `SLIPWAY_BUILD_ID`.
 *
 * Without a build id there is none, since a versioned worker gets nothing to do before its version is current. Rollouts are
 * pinned: one ends on the version it began with, but for a soak, which goes on under the current one with its next run.
 *
 * @throws an error that names the variable and what it may hold
 */
export function workerDeployment(env: NodeJS.ProcessEnv = process.env): WorkerDeploymentOptions | null {
  const buildId = env[BUILD_VARIABLE];
  if (!buildId) return null;
  const deploymentName = env[DEPLOYMENT_VARIABLE] || 'slipway';
  check(DEPLOYMENT_VARIABLE, deploymentName, NAME, 'letters, digits, "_" and "-"');
  check(BUILD_VARIABLE, buildId, BUILD, 'letters, digits, "_", "-" and "."');
  return {
    version: { deploymentName, buildId },
    useWorkerVersioning: true,
    defaultVersioningBehavior: 'PINNED',
  };
}

/** The command after which new rollouts begin on that version. */
export function makeCurrentCommand({ version: { deploymentName, buildId } }: WorkerDeploymentOptions): string {
  return `temporal worker deployment set-current-version --deployment-name ${deploymentName} --build-id ${buildId}`;
}

function check(variable: string, value: string, pattern: RegExp, allowed: string): void {
  if (!pattern.test(value))
    throw new Error(`${variable} is ${JSON.stringify(value)}; give it 1 to 100 characters out of ${allowed}`);
}
