import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { Field, MapField, Type } from 'protobufjs';
import { KEYS_VARIABLE, PayloadKeyFault, readPayloadKeys, type PayloadKeys } from './payload-keys.ts';

/** As Temporal's own samples name them, so that other tools can tell what this is. */
const ENCODING = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const PayloadMessage = new Type('Payload')
  .add(new MapField('metadata', 1, 'string', 'bytes'))
  .add(new Field('data', 2, 'bytes'));

/**
 * Encrypts whole payloads with AES-256-GCM: nonce, ciphertext and tag as data, the key's id as metadata.
 *
 * What is not encrypted is read as it is: rollouts that began before, and messages typed into the Web UI. The file is
 * read anew when a key id is unknown, so that a new key reaches processes that run.
 */
export class EncryptionCodec implements PayloadCodec {
  readonly #file: string;
  #known: PayloadKeys;

  /** @throws PayloadKeyFault */
  constructor(file: string) {
    this.#file = file;
    this.#known = readPayloadKeys(file);
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    const { current, keys } = this.#known;
    const key = keys.get(current);
    if (!key) throw new Error(`there is no key ${current}`);
    return payloads.map((payload) => ({
      metadata: { encoding: Buffer.from(ENCODING), [KEY_ID]: Buffer.from(current) },
      data: encrypt(PayloadMessage.encode(payload).finish(), key),
    }));
  }

  /** @throws PayloadKeyFault where the file lacks the key, or has another of the same id */
  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => {
      const id = keyIdOf(payload);
      return id === null ? payload : read(decrypt(payload.data ?? new Uint8Array(), this.#key(id), id));
    });
  }

  #key(id: string): Buffer {
    const known = this.#known.keys.get(id);
    if (known) return known;
    this.#known = readPayloadKeys(this.#file);
    const key = this.#known.keys.get(id);
    if (key) return key;
    throw new PayloadKeyFault(
      `this rollout is encrypted with the key "${id}", which ${this.#file} does not hold; add it to the file that ${KEYS_VARIABLE} names`,
    );
  }
}

/** Stands where no keys are configured: reads what is plain, and says in one sentence why it cannot read the rest. */
export const PLAIN_CODEC: PayloadCodec = {
  encode: async (payloads) => payloads,
  decode: async (payloads) => {
    const id = payloads.map(keyIdOf).find((found) => found !== null);
    if (id === undefined) return payloads;
    throw new PayloadKeyFault(
      `this rollout is encrypted with the key "${id}"; set ${KEYS_VARIABLE} to the file that holds it`,
    );
  },
};

function keyIdOf({ metadata }: Payload): string | null {
  const text = (name: string) => Buffer.from(metadata?.[name] ?? []).toString();
  return text('encoding') === ENCODING ? text(KEY_ID) : null;
}

function encrypt(plain: Uint8Array, key: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(data: Uint8Array, key: Buffer, id: string): Buffer {
  try {
    const decipher = createDecipheriv(CIPHER, key, data.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAuthTag(data.subarray(data.length - TAG_BYTES));
    return Buffer.concat([decipher.update(data.subarray(NONCE_BYTES, data.length - TAG_BYTES)), decipher.final()]);
  } catch (error) {
    throw new PayloadKeyFault(
      `a payload cannot be decrypted with the key "${id}": it was changed, or ${KEYS_VARIABLE} names a file with another key of that id`,
      { cause: error },
    );
  }
}

function read(plain: Buffer): Payload {
  const { metadata, data } = PayloadMessage.decode(plain) as unknown as Required<Payload>;
  return { metadata, data };
}
