import { readFile } from 'node:fs/promises';
import { text as readStream } from 'node:stream/consumers';
import type { Command } from 'commander';
import { EXIT } from '../exit-codes.ts';
import { Failure, usageFailure } from '../failure.ts';
import { checkSpec, readSpec } from '../../spec/read-spec.ts';
import { formatFaults, type Fault } from '../../spec/fault.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';

export interface SpecFlags {
  readonly file: string;
  readonly version?: string;
}

export function addSpecFlags(command: Command): Command {
  return command
    .requiredOption('-f, --file <spec>', 'the specification, YAML or JSON; - reads standard input')
    .option('--version <version>', 'registry version or @alias, instead of the one in the file');
}

/**
 * Reads a specification and puts the version of the command line into it.
 *
 * @throws Failure with exit code 2 and every fault
 */
export async function readSpecFile({ file, version }: SpecFlags): Promise<RolloutSpec> {
  const name = file === '-' ? 'standard input' : file;
  const written = readSpec(await readText(file));
  if ('faults' in written) throw invalidSpec(name, written.faults);
  if (version === undefined) return written.spec;
  const reading = checkSpec({ ...written.spec, version });
  if ('faults' in reading) throw invalidSpec('--version', reading.faults);
  return reading.spec;
}

async function readText(file: string): Promise<string> {
  if (file === '-') return readStream(process.stdin);
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw usageFailure(
      error.code === 'ENOENT' ? `there is no file ${file}` : `${file} cannot be read: ${error.message}`,
    );
  });
}

function invalidSpec(name: string, faults: readonly Fault[]): Failure {
  return new Failure(`${formatFaults(name, faults)}\nNothing was started.`, {
    exitCode: EXIT.usage,
    code: 'invalid_spec',
    details: { faults },
  });
}
