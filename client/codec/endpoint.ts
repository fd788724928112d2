import { resolve } from 'node:path';
import { KEYS_VARIABLE } from '../../temporal/payload-keys.ts';

/** Where `slipway codec` listens when it is told nothing else. */
export const CODEC_PORT = 8495;

/** Flags of Temporal's dev server that let its Web UI ask the codec server, where payloads are encrypted. */
export function codecFlags(env: NodeJS.ProcessEnv): readonly string[] {
  return env[KEYS_VARIABLE] ? ['--ui-codec-endpoint', `http://127.0.0.1:${CODEC_PORT}`] : [];
}

/** The variable that names the keys, for a process that may run in another folder; a changed one restarts it. */
export function payloadKeys(env: NodeJS.ProcessEnv): Record<string, string> {
  const file = env[KEYS_VARIABLE];
  return file ? { [KEYS_VARIABLE]: resolve(file) } : {};
}
