import { readFileSync } from 'node:fs';

/** Names the file that holds the keys; without it nothing is encrypted. */
export const KEYS_VARIABLE = 'SLIPWAY_PAYLOAD_KEYS_FILE';

/** AES-256 takes keys of this length. */
const KEY_BYTES = 32;

const ID_PATTERN = /^[A-Za-z0-9._-]{1,64}$/;

/** Keys by their id; `current` names the one that encrypts, the others only decrypt. */
export interface PayloadKeys {
  readonly current: string;
  readonly keys: ReadonlyMap<string, Buffer>;
}

/** The file of keys is missing or wrong, or lacks a key; the message is one sentence with the remedy, and holds no key. */
export class PayloadKeyFault extends Error {
  override readonly name = 'PayloadKeyFault';
}

/**
 * Reads `{"current":"k2","keys":{"k1":"<base64 of 32 bytes>","k2":"…"}}`.
 *
 * @throws PayloadKeyFault
 */
export function readPayloadKeys(file: string): PayloadKeys {
  const { current, keys } = parse(file, load(file));
  const decoded = Object.entries(keys).map(([id, text]) => [id, decode(file, id, text)] as const);
  if (decoded.length === 0) throw fault(file, 'has no key');
  if (typeof current !== 'string' || !Object.hasOwn(keys, current))
    throw fault(file, `says that the current key is ${JSON.stringify(current)}, which is not among its keys`);
  return { current, keys: new Map(decoded) };
}

function load(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw fault(file, code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`);
  }
}

function parse(file: string, text: string): { current: unknown; keys: Record<string, unknown> } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, and with it a key.
    throw fault(file, 'is not JSON');
  }
  const { current, keys } = (value ?? {}) as { current?: unknown; keys?: unknown };
  if (typeof keys !== 'object' || keys === null || Array.isArray(keys)) throw fault(file, 'has no object "keys"');
  return { current, keys: keys as Record<string, unknown> };
}

function decode(file: string, id: string, text: unknown): Buffer {
  if (!ID_PATTERN.test(id)) throw fault(file, `has a key id that does not match ${ID_PATTERN.source}`);
  const key = typeof text === 'string' && /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : null;
  if (key?.length === KEY_BYTES) return key;
  throw fault(file, `has a key "${id}" that is not ${KEY_BYTES} bytes in base64`);
}

function fault(file: string, what: string): PayloadKeyFault {
  return new PayloadKeyFault(
    `${KEYS_VARIABLE}: ${file} ${what}; write {"current":"k1","keys":{"k1":"…"}} with keys from \`openssl rand -base64 32\``,
  );
}
