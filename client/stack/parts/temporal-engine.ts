import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../files.ts';
import { StackFault } from '../part.ts';
import { temporalUiBinary } from '../binaries.ts';
import type { StackPaths } from '../paths.ts';

/** Which Temporal `up` starts: the dev server with a file of its own, or the production server on the stack's PostgreSQL. */
export const ENGINES = ['dev', 'postgres'] as const;
export type Engine = (typeof ENGINES)[number];

/** `slipway up --engine` and programs that call it; what a home began with is remembered there. */
export const ENGINE_VARIABLE = 'SLIPWAY_ENGINE';

export interface EnginePlace {
  readonly env: NodeJS.ProcessEnv;
  readonly paths: StackPaths;
}

/**
 * The engine of this home: the one it has, else the one asked for, else the dev server.
 *
 * @throws StackFault when another one is asked for than the home's workflows lie in
 */
export async function engineOf({ env, paths }: EnginePlace): Promise<Engine> {
  const asked = askedEngine(env);
  const known = await knownEngine(paths);
  if (asked && known && asked !== known)
    throw new StackFault(
      `the workflows of this home lie in Temporal's ${known} engine, and ${asked} would not see them: leave out the engine, or choose another SLIPWAY_HOME for ${asked}`,
    );
  return known ?? asked ?? 'dev';
}

/** The engine that this home's last `up` started. */
export async function runningEngine(paths: StackPaths): Promise<Engine> {
  return (await knownEngine(paths)) ?? 'dev';
}

/** Whether this home's Temporal shows a Web UI: the dev server always, the production server where its program is there. */
export async function hasWebUi(place: EnginePlace): Promise<boolean> {
  const engine = await engineOf(place).catch(() => null); // What is wrong with it, the part itself will say.
  return engine !== 'postgres' || temporalUiBinary(place.env) !== null;
}

/** From now on this home's `up`, `down` and `status` mean this engine. */
export async function rememberEngine(paths: StackPaths, engine: Engine): Promise<void> {
  if ((await knownEngine(paths)) !== engine) await writeFileAtomic(engineFile(paths), `${engine}\n`);
}

function askedEngine(env: NodeJS.ProcessEnv): Engine | null {
  const asked = env[ENGINE_VARIABLE];
  if (!asked) return null;
  const engine = ENGINES.find((known) => known === asked);
  if (!engine) throw new StackFault(`${ENGINE_VARIABLE} is "${asked}": there are ${ENGINES.join(' and ')}`);
  return engine;
}

async function knownEngine(paths: StackPaths): Promise<Engine | null> {
  const text = await readFile(engineFile(paths), 'utf8').catch(() => '');
  const remembered = ENGINES.find((engine) => engine === text.trim());
  // A home from before engines were remembered.
  return remembered ?? (existsSync(join(paths.temporal, 'temporal.db')) ? 'dev' : null);
}

function engineFile(paths: StackPaths): string {
  return join(paths.temporal, 'engine');
}
