import { ALL_PARTS } from './parts/all.ts';
import { groupMemory, isRunning } from './process-table.ts';
import { isExternal, recordedContext, type StackOptions } from './context.ts';
import { pathsUnder } from './paths.ts';
import { publicAddresses } from './addresses.ts';
import { PARTS, type Addresses, type PartName, type StackContext } from './part.ts';
import { readRecord, type StackRecord } from './record.ts';

export interface PartStatus {
  readonly name: PartName;
  readonly title: string;
  readonly state: 'healthy' | 'unhealthy' | 'stopped';
  /** Whether the environment points to one that `up` did not start. */
  readonly existing: boolean;
  readonly address: string;
  readonly pid: number | null;
  readonly memoryBytes: number | null;
  readonly since: string | null;
  /** Why it is not healthy. */
  readonly detail: string;
}

export interface StackStatus {
  readonly healthy: boolean;
  readonly home: string;
  /** For programs: each address by itself, without passwords. */
  readonly addresses: Addresses;
  readonly parts: readonly PartStatus[];
}

/** Asks every part of the stack how it is; changes nothing. */
export async function status(options: StackOptions): Promise<StackStatus> {
  const record = await readRecord(pathsUnder(options.home).record);
  const context = await recordedContext(options, record);
  const names = options.only ?? (record.wanted.length > 0 ? record.wanted : PARTS);
  const parts = await Promise.all(names.map((name) => partStatus(name, context, record)));
  return {
    healthy: parts.every((part) => part.state === 'healthy'),
    home: options.home,
    addresses: publicAddresses(context.addresses),
    parts,
  };
}

async function partStatus(name: PartName, context: StackContext, record: StackRecord): Promise<PartStatus> {
  const part = ALL_PARTS[name];
  const existing = isExternal(name, context.env);
  const recorded = existing ? undefined : record.processes[name];
  const process = recorded && isRunning(recorded) ? recorded : null;
  const common = {
    name,
    title: part.title,
    existing,
    address: part.address(context.addresses),
    pid: process?.pid ?? null,
    memoryBytes: process ? groupMemory(process.pid) : null,
    since: process?.since ?? null,
  };
  if (!process && !existing)
    return { ...common, state: 'stopped', detail: recorded ? 'it ended by itself' : 'not started' };
  try {
    await part.check(context);
    return { ...common, state: 'healthy', detail: '' };
  } catch (error) {
    return { ...common, state: 'unhealthy', detail: error instanceof Error ? error.message : String(error) };
  }
}
