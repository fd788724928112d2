import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { EncryptionCodec, PLAIN_CODEC } from './payload-codec.ts';
import { KEYS_VARIABLE } from './payload-keys.ts';

const FAILURE_CONVERTER = fileURLToPath(new URL('./failure-converter.ts', import.meta.url));

/**
 * How every client and worker of Slipway writes and reads payloads: encrypted where `SLIPWAY_PAYLOAD_KEYS_FILE` names keys.
 *
 * Search attributes, ids, and the names of workflows and activities are never encrypted. @throws PayloadKeyFault
 *
 * @example
 * const client = new Client({ connection, namespace, dataConverter: dataConverter() });
 */
export function dataConverter(env: NodeJS.ProcessEnv = process.env): DataConverter {
  const file = env[KEYS_VARIABLE];
  if (!file) return { payloadCodecs: [PLAIN_CODEC] };
  return { payloadCodecs: [new EncryptionCodec(file)], failureConverterPath: FAILURE_CONVERTER };
}
