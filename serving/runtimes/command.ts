import type { Program, ProgramRequest } from './runtime.ts';
import type { Runtime } from '../../domain/model-version.ts';

/** Any server that takes its port on the command line: MLServer, Triton, BentoML, vLLM, a script. */
export function commandProgram(runtime: Extract<Runtime, { kind: 'command' }>, request: ProgramRequest): Program {
  const fill = (text: string) => text.replaceAll('{port}', String(request.port)).replaceAll('{model}', request.model);
  return {
    command: runtime.command.map(fill),
    environment: {},
    healthPath: runtime.healthPath,
    predictPath: runtime.predictPath,
  };
}
