import type { Arena } from './arena.ts';
import { blindAborts, casesOf, type Case } from './cases.ts';
import { faultsOf, traceOf, type Trace } from './check.ts';
import { PATHS, type Path } from './paths.ts';
import type { Expected } from './rounds.ts';
import { WorkerProcess } from './worker-process.ts';

/** Every case there is, found by letting each path go once without a fault, and what each path then leaves behind. */
export async function discover(
  arena: Arena,
  paths: readonly Path[] = PATHS,
): Promise<{ cases: Case[]; expected: Expected }> {
  const worker = await WorkerProcess.start(arena.place);
  try {
    const traces = new Map<string, Trace>();
    const cases = await Promise.all(
      paths.map(async (path) => {
        const play = await arena.begin(path);
        const wrong = faultsOf(play.world, path, await arena.outcome(play), null);
        if (wrong.length > 0) throw new Error(`without a fault, ${path.name} goes wrong: ${wrong.join('; ')}`);
        traces.set(path.name, traceOf(play.world));
        arena.forget(play);
        return casesOf(path, play.points);
      }),
    );
    const all = [...cases.flat(), ...blindAborts(cases[0] ?? [])];
    return { cases: all, expected: ({ name }) => traces.get(name) ?? null };
  } finally {
    await worker.kill();
  }
}
