import { readFileSync, readdirSync } from 'node:fs';
import type { GpuWatch } from './gpu-use.ts';

/** What a process and all that it started have used since they began, and hold now. */
export interface ProcessUse {
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  /** Of all GPUs; absent where none of these processes uses one. */
  readonly gpuSeconds?: number;
  readonly gpuMemoryBytes?: number;
}

/** Clock ticks per second in which Linux tells times, on every platform that Node runs on. */
const TICKS = 100;
const MOST_PROCESSES = 256;

/**
 * Reads the tree below a process from `/proc`; `null` where that cannot be told, or the process is not the one that was
 * started then (`started` as serving/host/process-table.ts has it: boot and ticks).
 *
 * Times of children that have ended and were waited for are in their parents'.
 */
export function readProcessUse(
  { pid, started }: { readonly pid: number; readonly started: string },
  gpus?: Pick<GpuWatch, 'of'>,
): ProcessUse | null {
  const root = readStat(pid);
  if (root === null || started.split('/').at(-1) !== root.started) return null;
  const use: { -readonly [K in keyof ProcessUse]: ProcessUse[K] } = { cpuSeconds: 0, memoryBytes: 0 };
  const open = [pid];
  for (let at = 0; at < open.length && at < MOST_PROCESSES; at += 1) {
    const each = open[at] ?? 0;
    const stat = each === pid ? root : readStat(each);
    if (stat === null) continue;
    use.cpuSeconds += stat.ticks / TICKS;
    use.memoryBytes += residentBytes(each);
    const gpu = gpus?.of(each);
    if (gpu) {
      use.gpuSeconds = (use.gpuSeconds ?? 0) + gpu.gpuSeconds;
      use.gpuMemoryBytes = (use.gpuMemoryBytes ?? 0) + gpu.gpuMemoryBytes;
    }
    open.push(...childrenOf(each));
  }
  return use;
}

function readStat(pid: number): { readonly started: string; readonly ticks: number } | null {
  const text = read(`${pid}/stat`);
  // The second field is the program's name, in brackets, and may itself hold blanks and brackets.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, started] = [fields[0], fields[19]];
  if (started === undefined || state === 'Z' || state === 'X') return null;
  // User and system time, of its own and of the children that it has waited for.
  return { started, ticks: fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) };
}

function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(read(`${pid}/status`))?.[1] ?? 0) * 1024;
}

/** Each thread has the children that it started itself. */
function childrenOf(pid: number): number[] {
  return threadsOf(pid).flatMap((thread) =>
    read(`${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** Empty when the process has ended meanwhile. The kernel answers from memory: a turn of the event loop would cost more. */
function read(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return '';
  }
}
