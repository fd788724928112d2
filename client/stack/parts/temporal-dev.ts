import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { attributeFlags } from './search-attributes.ts';
import { codecFlags } from '../../codec/endpoint.ts';
import { temporalBinary } from '../binaries.ts';
import type { Command, StackContext } from '../part.ts';

/** Temporal's dev server with its Web UI, its state in one file. */
export async function devServer({ env, paths, ports }: StackContext): Promise<Command> {
  const file = temporalBinary(env);
  await mkdir(paths.temporal, { recursive: true });
  const place = ['--ip', '127.0.0.1', '--port', String(ports.temporal), '--ui-port', String(ports.temporalUi)];
  const store = ['--db-filename', join(paths.temporal, 'temporal.db'), '--log-level', 'warn'];
  return { file, args: ['server', 'start-dev', ...place, ...store, ...attributeFlags(), ...codecFlags(env)], env: {} };
}
