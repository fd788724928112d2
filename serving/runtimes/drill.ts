import { extname, join } from 'node:path';
import type { Runtime } from '../../domain/model-version.ts';
import type { Program, ProgramRequest } from './runtime.ts';

// As the sources are here: TypeScript in a checkout, JavaScript in a package.
const PROXY = join(import.meta.dirname, `faulty-server${extname(import.meta.filename)}`);

/** What the proxy is told on its command line. */
export interface FaultyServer extends Pick<ProgramRequest, 'port' | 'model' | 'python'> {
  readonly runtime: Extract<Runtime, { kind: 'drill' }>;
}

/** A server behind a proxy that spoils what the endpoint's requests get; only ever a drill's copy of a version. */
export function drillProgram(
  runtime: Extract<Runtime, { kind: 'drill' }>,
  { port, model, python }: ProgramRequest,
  { environment, healthPath, predictPath }: Program,
): Program {
  const told: FaultyServer = { port, model, python, runtime };
  return { command: [process.execPath, PROXY, JSON.stringify(told)], environment, healthPath, predictPath };
}
