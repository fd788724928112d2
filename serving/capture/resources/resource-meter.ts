import type { ResourceUse } from '../../../domain/gate-batch.ts';
import { createGpuMeter } from './gpu-meter.ts';
import type { GpuMeter } from './gpu-meter.ts';
import type { ProcessUse } from './process-use.ts';

/** The server of one version, as the host has started it. */
export interface WatchedServer {
  readonly version: string;
  readonly process: { readonly pid: number; readonly started: string };
}

export interface ResourceMeterPorts {
  readonly read: (process: WatchedServer['process']) => ProcessUse | null;
  /** Processor seconds per second without requests, where an earlier process has measured them. */
  readonly idleOf: (version: string) => number | undefined;
  readonly onIdle: (version: string, rate: number) => void;
}

/** Follows what the servers of one endpoint's versions use. */
export interface ResourceMeter {
  /** The servers that run now, and the versions that get requests. */
  watch(servers: readonly WatchedServer[], routed: readonly string[]): void;
  /** Takes a reading of every server, unless the last one was a moment ago. */
  look(now: number): void;
  /** What each version has used in an interval of so many milliseconds that ends now; begins the next one. */
  take(durationMs: number): ReadonlyMap<string, ResourceUse>;
}

/** Between two readings, in milliseconds; a little less than a second, for timers that fire early. */
const LEAST_GAP_MS = 900;
/** Idle time is measured over windows of so long, and the least of at least so many counts: servers also warm up, and are validated. */
const IDLE = { windowMs: 5000, windows: 3 };

interface Watched {
  readonly process: WatchedServer['process'];
  last: { readonly at: number; readonly cpuSeconds: number } | null;
  spanMs: number;
  cpuSeconds: number;
  memory: number[];
  readonly gpu: GpuMeter;
  idle: { spanMs: number; cpuSeconds: number; windows: number; least: number };
}

export function createResourceMeter({ read, idleOf, onIdle }: ResourceMeterPorts): ResourceMeter {
  const servers = new Map<string, Watched>();
  let routed: ReadonlySet<string> = new Set();
  let lookedAt = -Infinity;

  function readOne(version: string, server: Watched, now: number): void {
    const use = read(server.process);
    if (use === null) return void (server.last = null);
    const { last } = server;
    server.last = { at: now, cpuSeconds: use.cpuSeconds };
    server.memory.push(use.memoryBytes);
    server.gpu.add(use, now);
    // Less than before: a child took its time with it. What was used meanwhile nobody knows.
    if (last === null || now <= last.at || use.cpuSeconds < last.cpuSeconds) return;
    const [spanMs, cpuSeconds] = [now - last.at, use.cpuSeconds - last.cpuSeconds];
    server.spanMs += spanMs;
    server.cpuSeconds += cpuSeconds;
    if (!routed.has(version)) watchIdle(server, spanMs, cpuSeconds);
  }

  return {
    watch(running, versions) {
      for (const [version, { idle }] of servers)
        if (!routed.has(version) && versions.includes(version) && idle.windows >= IDLE.windows)
          onIdle(version, idle.least);
      routed = new Set(versions);
      for (const version of [...servers.keys()])
        if (!running.some((server) => server.version === version)) servers.delete(version);
      for (const { version, process } of running) {
        const known = servers.get(version)?.process;
        if (known?.pid !== process.pid || known.started !== process.started) servers.set(version, watched(process));
      }
    },
    look(now) {
      if (now - lookedAt < LEAST_GAP_MS && now >= lookedAt) return;
      lookedAt = now;
      for (const [version, server] of servers) readOne(version, server, now);
    },
    take(durationMs) {
      const taken = new Map<string, ResourceUse>();
      for (const [version, server] of servers) {
        const { spanMs, cpuSeconds, memory } = server;
        const gpuUse = server.gpu.take(durationMs);
        Object.assign(server, { spanMs: 0, cpuSeconds: 0, memory: [] });
        if (spanMs === 0 || memory.length === 0) continue;
        const idle = idleOf(version);
        taken.set(version, {
          replicas: 1,
          samples: memory.length,
          // Readings do not begin and end with the interval: the rate between them stands for all of it.
          cpuSeconds: milli((cpuSeconds / spanMs) * durationMs),
          ...(idle !== undefined && { idleCpuSeconds: milli((idle * durationMs) / 1000) }),
          memoryBytes: Math.round(memory.reduce((sum, bytes) => sum + bytes, 0) / memory.length),
          ...gpuUse,
        });
      }
      return taken;
    },
  };
}

function watched(process: WatchedServer['process']): Watched {
  const idle = { spanMs: 0, cpuSeconds: 0, windows: 0, least: Infinity };
  return { process, last: null, spanMs: 0, cpuSeconds: 0, memory: [], gpu: createGpuMeter(), idle };
}

function watchIdle({ idle }: Watched, spanMs: number, cpuSeconds: number): void {
  idle.spanMs += spanMs;
  idle.cpuSeconds += cpuSeconds;
  if (idle.spanMs < IDLE.windowMs) return;
  idle.least = Math.min(idle.least, (idle.cpuSeconds / idle.spanMs) * 1000);
  Object.assign(idle, { spanMs: 0, cpuSeconds: 0, windows: idle.windows + 1 });
}

function milli(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
