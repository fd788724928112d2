import type { Runtime } from '../../domain/model-version.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { commandProgram } from './command.ts';
import { drillProgram } from './drill.ts';
import { mlflowProgram } from './mlflow.ts';

/** How one model server is started and spoken to. */
export interface Program {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Answers 200 once the server is ready. */
  readonly healthPath: string;
  readonly predictPath: string;
}

export interface ProgramRequest {
  readonly port: number;
  /** Folder of the version's artifact. */
  readonly model: string;
  /** Interpreter for the runtimes that are ours. */
  readonly python: string;
}

export function programOf(runtime: Runtime, request: ProgramRequest): Program {
  switch (runtime.kind) {
    case 'mlflow':
      return mlflowProgram(request);
    case 'command':
      return commandProgram(runtime, request);
    case 'drill':
      return drillProgram(runtime, request, programOf(runtime.of, request));
    default:
      return assertNever(runtime);
  }
}

/** Where predictions go, on the server itself and behind the gateway. */
export function predictPathOf(runtime: Runtime): string {
  if (runtime.kind === 'drill') return predictPathOf(runtime.of);
  return runtime.kind === 'mlflow' ? '/invocations' : runtime.predictPath;
}
