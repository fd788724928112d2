import { createHash } from 'node:crypto';
import { canonicalJson } from '../../domain/gate-batch.ts';
import type { GateBatchBody } from '../../domain/gate-batch.ts';

/** The hash that seals a batch: `sha256:` over the canonical JSON of its body. */
export function batchHash(body: GateBatchBody): string {
  return `sha256:${createHash('sha256').update(canonicalJson(body)).digest('hex')}`;
}
