import { verifyLedgers } from '../activities/audit/verify.ts';
import { createPool } from '../activities/store/pool.ts';
import { MlflowClient } from '../packages/mlflow-client-ts/src/index.ts';

/** Verifies the ledger of `TARGET ENDPOINT`, or of all endpoints, and prints what was found as JSON. */
const [target, endpoint] = process.argv.slice(2);

/** A person waits for the answer. */
const REGISTRY = { timeoutMs: 10_000, retry: { retries: 1 } };

try {
  const pool = createPool({ connections: 1, statementTimeoutMs: 60_000 });
  const mlflow = MlflowClient.fromEnv(REGISTRY);
  console.log(JSON.stringify(await verifyLedgers({ pool, mlflow }, target && endpoint ? { target, endpoint } : null)));
  await pool.end();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
