import type { Program, ProgramRequest } from './runtime.ts';
import { join } from 'node:path';

const LAUNCHER = join(import.meta.dirname, 'mlflow_server.py');

/** MLflow's own scoring server, in one process that imports MLflow once; why: docs/adr/0003-mlflow-launcher.md. */
export function mlflowProgram({ python, model, port }: ProgramRequest): Program {
  return {
    command: [python, LAUNCHER, model, String(port)],
    // Several versions share the machine: a thread pool per core in each of them makes all of them slower.
    environment: { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1', PYTHONUNBUFFERED: '1' },
    healthPath: '/ping',
    predictPath: '/invocations',
  };
}
