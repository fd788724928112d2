import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** What one process has used of all GPUs since it was first seen, and holds now. */
export interface GpuUse {
  /** Seconds for which kernels of it ran, by the share that the driver tells each second. */
  readonly gpuSeconds: number;
  readonly gpuMemoryBytes: number;
}

/** Follows which process uses the machine's GPUs. */
export interface GpuWatch {
  /** `null` where the process uses none, or nobody can tell. */
  of(pid: number): GpuUse | null;
  close(): void;
}

/** One reading a second of every process, for as long as it runs; its columns are named in a heading. */
const COMMAND = ['nvidia-smi', 'pmon', '-s', 'um', '-d', '1'] as const;
const EVERY_SECONDS = 1;
/** A driver that is being replaced is back by then. */
const AGAIN_MS = 60_000;
/** A process that was not told of for so many readings has ended, or uses no GPU any more. */
const FORGET_AFTER_MS = 10_000;
const MEGABYTE = 1024 * 1024;

/** Asks NVIDIA's own program, which comes with the driver; without it nothing is told, and nothing fails. */
export function watchGpus(command: readonly [string, ...string[]] = COMMAND, now: () => number = Date.now): GpuWatch {
  const known = new Map<number, GpuUse & { readonly seenAt: number }>();
  let child: ChildProcess | null = null;
  let again: NodeJS.Timeout | null = null;
  let isOver = false;

  function begin(): void {
    const [program, ...args] = command;
    const asked = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    child = asked;
    // It must not keep a process alive that has nothing else to do.
    asked.unref();
    const read = gpuLines();
    createInterface(asked.stdout).on('line', (line) => {
      for (const { pid, busy, memoryBytes } of read(line)) add(pid, busy, memoryBytes);
    });
    asked.on('error', (error: NodeJS.ErrnoException) => {
      // Machines without GPUs have no such program, and will have none in a minute.
      if (error.code !== 'ENOENT') later();
    });
    asked.on('exit', later);
  }

  function later(): void {
    if (isOver) return;
    again ??= setTimeout(() => {
      again = null;
      begin();
    }, AGAIN_MS).unref();
  }

  function add(pid: number, busy: number, memoryBytes: number): void {
    const before = known.get(pid);
    const at = now();
    // One line for each GPU that a process uses; those of one second come together.
    const isSameSecond = before !== undefined && at - before.seenAt < (EVERY_SECONDS * 1000) / 2;
    known.set(pid, {
      gpuSeconds: (before?.gpuSeconds ?? 0) + busy * EVERY_SECONDS,
      gpuMemoryBytes: memoryBytes + (isSameSecond ? before.gpuMemoryBytes : 0),
      seenAt: at,
    });
    for (const [each, { seenAt }] of known) if (at - seenAt > FORGET_AFTER_MS) known.delete(each);
  }

  begin();
  return {
    of(pid) {
      const found = known.get(pid);
      return found && now() - found.seenAt <= FORGET_AFTER_MS ? found : null;
    },
    close() {
      isOver = true;
      if (again) clearTimeout(again);
      // Without a number it never began, and the signal would go to this process's own group.
      if (child?.pid !== undefined) child.kill();
    },
  };
}

interface Reading {
  readonly pid: number;
  /** Share of the last second, 0 to 1. */
  readonly busy: number;
  readonly memoryBytes: number;
}

/** Reads the lines of `nvidia-smi pmon`, whose columns differ from driver to driver: `fb` is told in MB, `sm` in percent. */
export function gpuLines(): (line: string) => Reading[] {
  let names: readonly string[] = [];
  return (line) => {
    const cells = line.trim().split(/\s+/);
    if (cells[0] === '#') {
      if (cells[1] === 'gpu') names = cells.slice(1);
      return [];
    }
    const cell = (name: string) => Number(cells[names.indexOf(name)]);
    const [pid, busy, memory] = [cell('pid'), cell('sm'), cell('fb')];
    // A dash stands for what is not known, or for nobody there.
    if (!Number.isInteger(pid)) return [];
    return [
      {
        pid,
        busy: Number.isFinite(busy) ? busy / 100 : 0,
        memoryBytes: (Number.isFinite(memory) ? memory : 0) * MEGABYTE,
      },
    ];
  };
}
