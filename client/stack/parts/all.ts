import { mlflow } from './mlflow.ts';
import { postgres } from './postgres.ts';
import { serving } from './serving.ts';
import { temporal } from './temporal.ts';
import { worker } from './worker.ts';
import type { Part, PartName } from '../part.ts';

export const ALL_PARTS: Readonly<Record<PartName, Part>> = { temporal, postgres, mlflow, serving, worker };
