import { userInfo } from 'node:os';
import { InvalidArgumentError, type Command } from 'commander';
import { DURATION_PATTERN, parseDuration } from '../../domain/duration.ts';
import { Failure } from '../failure.ts';
import { parsePlace, type Place } from '../rollouts/place.ts';
import { pathsUnder } from '../stack/paths.ts';
import { readAddresses } from '../stack/context.ts';
import { readRecord } from '../stack/record.ts';
import { rolloutWorkflowId } from '../../domain/ids.ts';
import { RolloutClient } from '../rollout-client.ts';
import { slipwayHome } from '../../spec/home.ts';

export interface ActFlags {
  readonly by: string;
  readonly reason?: string;
  readonly json?: boolean;
}

/** Who acts, why, and how to answer: the same on every command that changes something. */
export function addActFlags(command: Command): Command {
  return addBy(command).option('--reason <text>', 'why, for the ledger').option('--json', 'print the result as JSON');
}

export function addBy(command: Command): Command {
  return command.option('--by <name>', 'who is acting, for the ledger', whoAmI());
}

/** `{by, reason}` as the workflow takes it. */
export function messageOf({ by, reason }: ActFlags): { by: string; reason?: string } {
  return reason === undefined ? { by } : { by, reason };
}

export function addPlace(command: Command): Command {
  return command.argument('<endpoint>', 'its name, or target and name: digits, prod-eu/digits', parsePlace);
}

export function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('It must be a whole number from 1.');
  return count;
}

/** Milliseconds of a length of time on the command line. */
export function parseTime(text: string): number {
  const ms = new RegExp(DURATION_PATTERN).test(text) ? parseDuration(text) : 0;
  if (ms === 0) throw new InvalidArgumentError('Write for example 90s or 30m.');
  return ms;
}

/** A length of time between two of something, as it was written. */
export function parseInterval(text: string): string {
  if (!new RegExp(DURATION_PATTERN).test(text)) throw new InvalidArgumentError('Write for example 12h or 7d.');
  return text;
}

/** Runs `work` with a connection to Temporal: as `TEMPORAL_*` say, else to the local stack. */
export async function withRollouts<T>(work: (rollouts: RolloutClient) => Promise<T>): Promise<T> {
  const address = await localTemporal();
  const rollouts = await RolloutClient.connect(address).catch((error: unknown) => {
    const where = address ?? process.env.TEMPORAL_ADDRESS ?? 'the configured address';
    throw new Failure(
      `Temporal at ${where} does not answer: start the local stack with \`slipway up\`, or set TEMPORAL_ADDRESS`,
      { code: 'no_temporal', cause: error },
    );
  });
  try {
    return await work(rollouts);
  } finally {
    await rollouts.close();
  }
}

/** The page of what runs on an endpoint in the Web UI, where that is ours. */
export function webUiLink({ target, endpoint }: Place): Promise<string | null> {
  return workflowLink(rolloutWorkflowId(target, endpoint));
}

export async function workflowLink(workflowId: string): Promise<string | null> {
  const base = await webUiBase();
  return base && `${base}/${workflowId}`;
}

/** Where the Web UI shows workflows by their ids. */
export async function webUiBase(): Promise<string | null> {
  const { temporalUi, temporalNamespace } = await readAddresses({ home: slipwayHome(), env: process.env });
  return temporalUi && `${temporalUi}/namespaces/${temporalNamespace}/workflows`;
}

function whoAmI(): string {
  return process.env.USER || userInfo().username;
}

/** `undefined` leaves it to Temporal's own configuration: variables, profile, file, default. */
export async function localTemporal(): Promise<string | undefined> {
  const { TEMPORAL_ADDRESS, TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE } = process.env;
  if (TEMPORAL_ADDRESS || TEMPORAL_PROFILE || TEMPORAL_CONFIG_FILE) return undefined;
  const home = slipwayHome();
  const record = await readRecord(pathsUnder(home).record);
  return record.ports.temporal === undefined ? undefined : (await readAddresses({ home, env: process.env })).temporal;
}
