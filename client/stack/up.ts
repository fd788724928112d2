import { choosePorts, type MovedPort } from './ports.ts';
import { createContext, isExternal, portsOf, runningParts, type StackOptions } from './context.ts';
import { inLock } from './lock.ts';
import { loadPasswords } from './passwords.ts';
import { ALL_PARTS } from './parts/all.ts';
import { pathsUnder } from './paths.ts';
import { PARTS, StackFault, type PartName, type StackContext } from './part.ts';
import { readRecord, RecordFile } from './record.ts';
import { sweep } from './stop-part.ts';
import { startPart, type Beginning } from './start-part.ts';

/** What happens while the stack comes up or goes down, for whoever shows it. */
export interface StackWatcher {
  waiting(): void;
  moved(port: MovedPort): void;
  begins(name: PartName, detail: string): void;
  done(name: PartName, what: string, detail: string): void;
  failed(name: PartName, reason: string): void;
}

/** Starts what is missing, all at once where nothing speaks against it; true when every part is healthy. */
export async function up(options: StackOptions, watcher: StackWatcher): Promise<boolean> {
  const paths = pathsUnder(options.home);
  return inLock(
    paths.lock,
    () => watcher.waiting(),
    async () => {
      const record = await readRecord(paths.record);
      const wanted = options.only ?? PARTS;
      const running = runningParts(record);
      const dead = wanted.filter((name) => record.processes[name] && !running.includes(name));
      // First, or its own remains would look like someone else on its port.
      await Promise.all(dead.map((name) => sweep(ALL_PARTS[name], options.home)));
      // Envoy outlives a killed serving host, and clients know its port.
      const held = portsOf(record.processes.serving ? [...running, 'serving'] : running);
      const { ports, moved } = await choosePorts(record.ports, held);
      for (const port of moved) if (isWanted(port, wanted, options.env)) watcher.moved(port);
      if (wanted.includes('postgres') && !isExternal('postgres', options.env))
        await loadPasswords(paths.postgresPasswords);
      const file = new RecordFile(paths.record, record);
      await file.change((old) => ({
        ...old,
        ports,
        wanted: PARTS.filter((name) => wanted.includes(name) || old.wanted.includes(name)),
      }));
      const context = await createContext(options.home, options.env, paths, ports);
      return startAll(wanted, context, file, watcher);
    },
  );
}

async function startAll(
  wanted: readonly PartName[],
  context: StackContext,
  file: RecordFile,
  watcher: StackWatcher,
): Promise<boolean> {
  const beginnings = new Map<PartName, Promise<boolean>>();
  const begin = (name: PartName): Promise<boolean> => {
    const known = beginnings.get(name) ?? start(name);
    beginnings.set(name, known);
    return known;
  };
  const start = async (name: PartName): Promise<boolean> => {
    const part = ALL_PARTS[name];
    const more = (await part.alsoNeeds?.(context).catch(() => [])) ?? []; // What is wrong there, `prepare` will say.
    const needs = [...part.needs, ...more].filter((need) => wanted.includes(need));
    const ready = await Promise.all(needs.map(begin));
    const missing = needs.filter((_, index) => !ready[index]);
    if (missing.length > 0) {
      watcher.failed(name, `not started, because it needs ${missing.join(', ')}`);
      return false;
    }
    watcher.begins(name, '');
    const note = (text: string) => watcher.begins(name, text);
    try {
      const what: Beginning = await startPart(part, { ...context, note }, file);
      watcher.done(name, what, part.address(context.addresses));
      return true;
    } catch (error) {
      watcher.failed(name, describe(error));
      return false;
    }
  };
  const results = await Promise.all(wanted.map(begin));
  return results.every(Boolean);
}

function isWanted({ name: port }: MovedPort, wanted: readonly PartName[], env: NodeJS.ProcessEnv): boolean {
  return wanted.some((name) => !isExternal(name, env) && ALL_PARTS[name].ports.some((own) => own === port));
}

function describe(error: unknown): string {
  if (error instanceof StackFault) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
