import { Client } from '@temporalio/client';
import { examine, type Examination, type Examined } from '../activities/doctor/examine.ts';
import type { DoctorPorts, Place } from '../activities/doctor/ports.ts';
import { repair, type Repaired } from '../activities/doctor/repair.ts';
import { nameOf } from '../domain/invariants/words.ts';
import { createPool } from '../activities/store/pool.ts';
import { MlflowClient } from '../packages/mlflow-client-ts/src/index.ts';
import { slipwayHome } from '../spec/home.ts';
import { connectTemporal, temporalConfig } from '../temporal/connection.ts';
import { dataConverter } from '../temporal/data-converter.ts';
import { createTargets, targetNames } from './targets.ts';
import { createWorkflowsPort, noWorkflows } from './workflows-port.ts';

/** What `slipway doctor` asks for, as JSON in the first argument. */
export interface DoctorRequest {
  readonly only?: Place;
  /** Mends what can be mended, in this person's name. */
  readonly fix?: { readonly by: string };
}

/** How long mending may take before what is left is left to a person. */
const PATIENCE_MS = 120_000;
const BETWEEN_ROUNDS_MS = 1_000;

const request = JSON.parse(process.argv[2] ?? '{}') as DoctorRequest;
const { ports, close } = await openPorts();
/** Why an endpoint could not be mended, by its name. */
const failed = new Map<string, string>();
const { examination, repairs } = await treat(ports, request);
const { endpoints, findings } = examination;
console.log(JSON.stringify({ endpoints: endpoints.length, findings, repairs, failed: Object.fromEntries(failed) }));
await close();

async function treat(
  ports: DoctorPorts,
  { only, fix }: DoctorRequest,
): Promise<{ examination: Examination; repairs: readonly Repaired[] }> {
  const look = () => examine(ports, { whole: true, ...(only && { only }) });
  const repairs: Repaired[] = [];
  let examination = await look();
  if (!fix) return { examination, repairs };
  const actor = { name: fix.by, proof: 'asserted' } as const;
  // What cannot be mended now stays a finding; why is told beside it.
  const mend = (examined: Examined) =>
    repair(ports, examined, { actor, isAlone: false, now: Date.now() }).catch((error: unknown) => {
      failed.set(nameOf(examined.observed.place), error instanceof Error ? error.message : String(error));
      return [];
    });
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
    const before = repairs.length;
    for (const examined of examination.endpoints.filter((one) => one.findings.length > 0))
      repairs.push(...(await mend(examined)));
    const isUnderWay = examination.endpoints.some(({ observed: { seen } }) => seen.running?.type === 'rollback');
    if (repairs.length === before && !isUnderWay) break;
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_ROUNDS_MS));
    examination = await look();
  }
  return { examination, repairs };
}

/** Whatever answers; a part that is down or not set up is a finding, and no reason to stop. */
async function openPorts(): Promise<{ ports: DoctorPorts; close: () => Promise<void> }> {
  const pool = attempt(() => createPool({ statementTimeoutMs: 5_000 }));
  const mlflow = attempt(() => MlflowClient.fromEnv({ retry: { retries: 1 } }));
  const connection = await connectTemporal().catch((error: Error) => error.message);
  const { namespace } = temporalConfig();
  const isUp = typeof connection !== 'string';
  const workflows = isUp
    ? createWorkflowsPort(new Client({ connection, namespace, dataConverter: dataConverter() }))
    : noWorkflows(connection);
  return {
    ports: { pool, mlflow, workflows, target: createTargets(), targetNames, home: slipwayHome() },
    async close() {
      if (isUp) await connection.close();
      await pool?.end();
    },
  };
}

function attempt<T>(make: () => T): T | null {
  try {
    return make();
  } catch {
    return null;
  }
}
