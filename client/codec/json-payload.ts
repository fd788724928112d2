import type { Payload } from '@temporalio/common';

/** A payload in the JSON of protocol buffers: bytes are base64. */
export interface JsonPayload {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly data?: string;
}

/** What the server lets in; the Web UI may send fields that are newer than this. */
export const payloadBody = {
  type: 'object',
  required: ['payloads'],
  properties: {
    payloads: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          metadata: { type: 'object', additionalProperties: { type: 'string' } },
          data: { type: 'string' },
        },
      },
    },
  },
} as const;

export function readPayload({ metadata = {}, data = '' }: JsonPayload): Payload {
  return {
    metadata: Object.fromEntries(
      Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')] as const),
    ),
    data: Buffer.from(data, 'base64'),
  };
}

export function writePayload({ metadata, data }: Payload): JsonPayload {
  return {
    metadata: Object.fromEntries(
      Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')] as const),
    ),
    data: Buffer.from(data ?? []).toString('base64'),
  };
}
