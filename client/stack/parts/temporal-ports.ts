import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isFree } from '../ports.ts';
import { StackFault, type StackContext } from '../part.ts';
import { writeFileAtomic } from '../files.ts';

/** Ports by which the services of a Temporal server find each other: four to be called, less the frontend's, and four for membership. */
const COUNT = 7;
/**
 * Below the range from which systems give outgoing connections their ports; and Temporal's schema for PostgreSQL keeps a
 * service's port in 15 bits.
 */
const FIRST = 12_000;
const LAST = 30_000;

/**
 * The ports of last time, or free ones; nobody outside the server uses them.
 *
 * Every home begins to look elsewhere, so that two stacks that start at once do not choose the same.
 */
export async function servicePorts({ home, paths, ports }: StackContext): Promise<readonly number[]> {
  const file = join(paths.temporal, 'ports.json');
  const before = await readPorts(file);
  const runs = !(await isFree(ports.temporal));
  if (before && (runs || (await allFree(before)))) return before;
  const chosen = await freeServicePorts(COUNT, home);
  await writeFileAtomic(file, `${JSON.stringify(chosen)}\n`);
  return chosen;
}

/** Free ports that services of a Temporal server on PostgreSQL may have; other ones for another `name`. */
export async function freeServicePorts(count: number, name: string): Promise<number[]> {
  const slots = Math.floor((LAST - FIRST) / 20);
  const start = FIRST + 20 * (createHash('sha256').update(name).digest().readUInt32BE() % slots);
  const found: number[] = [];
  for (let port = start; port < LAST + count && found.length < count; port++) if (await isFree(port)) found.push(port);
  if (found.length < count) throw new StackFault(`there are no ${count} free ports between ${start} and ${LAST}`);
  return found;
}

async function readPorts(file: string): Promise<readonly number[] | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as number[]);
}

async function allFree(ports: readonly number[]): Promise<boolean> {
  return (await Promise.all(ports.map(isFree))).every(Boolean);
}
