import { parseFence } from '../../domain/fence.ts';
import type { Fence } from '../../domain/fence.ts';
import { BODY_METADATA, LOG_NAMES, STAMPS, VERSION_TAG } from '../envoy/names.ts';
import type { LogEntry, Span } from './receiver.ts';
import { assembled } from './streams/assemble.ts';
import { usageIn } from './streams/generation.ts';
import type { Generation } from './streams/generation.ts';

export type Role = 'live' | 'shadow';

/** A captured body; `null` where there was none, or it was too large. Of a streamed one the text is what it says, put together. */
export interface Body {
  readonly text: string | null;
  readonly isSkipped: boolean;
}

/** One request as Envoy saw it end. */
export interface Observation {
  readonly role: Role;
  readonly endpoint: string;
  readonly requestId: string;
  /** As the version saw it, without the endpoint's name. */
  readonly path: string;
  readonly fence: Fence;
  /** The version that the split assigned, or that the copy was sent to. */
  readonly arm: string;
  /** The version whose host answered; `null` when none did. */
  readonly version: string | null;
  readonly user: string | null;
  /** Value of the header that traffic sticks to. */
  readonly unit: string | null;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** From the request's last byte to the answer's last byte, so that a slow upload is nobody's latency. */
  readonly latencyMs: number;
  /** 0 when the connection ended without an answer. */
  readonly status: number;
  readonly attempts: number;
  readonly isTimeout: boolean;
  /** Connection to the version lost or refused, possibly after the first bytes of a good answer. */
  readonly isBroken: boolean;
  /** The client went away before it was answered. */
  readonly isAbandoned: boolean;
  readonly request: Body;
  readonly response: Body;
  readonly generation: Generation;
}

const POST = 3;

const BROKEN = [
  'noHealthyUpstream',
  'upstreamConnectionFailure',
  'upstreamConnectionTermination',
  'upstreamOverflow',
  'upstreamRemoteReset',
] as const;

/** Longer ids would not fit into an index of the database. */
const ID_LIMIT = 200;

/** Reads an entry of Envoy's log; `null` when no version of an endpoint was asked. */
export function observe(logName: string, entry: LogEntry): Observation | null {
  const { request, response, commonProperties: common } = entry;
  if (request?.requestMethod !== POST || common === undefined) return null;
  const headers = request.requestHeaders ?? {};
  const role: Role = logName === LOG_NAMES.shadow ? 'shadow' : 'live';
  const endpoint = headers[STAMPS.endpoint];
  const fence = parseFence((role === 'live' ? common.routeName : headers[STAMPS.fence]) ?? '');
  const arm = role === 'live' ? headers[STAMPS.arm] : headers[STAMPS.mirror]?.split('/')[2];
  // Without stamps it was answered at the door: unknown, or an endpoint without arms.
  if (!endpoint || !fence || !arm) return null;
  const status = response?.responseCode?.value ?? 0;
  const flags = common.responseFlags ?? {};
  const hasLeft = status === 0 && flags.downstreamConnectionTermination === true;
  const bodies = common.metadata?.filterMetadata?.[BODY_METADATA]?.fields ?? {};
  return {
    role,
    endpoint,
    requestId: (request.requestId ?? '').slice(0, ID_LIMIT),
    path: request.path ?? '',
    fence,
    arm,
    version: common.customTags?.[VERSION_TAG] || null,
    user: headers[STAMPS.user] || null,
    unit: headers[STAMPS.unit] || null,
    startedAt: milliseconds(common.startTime),
    latencyMs: latency(common),
    status,
    attempts: common.upstreamRequestAttemptCount ?? 0,
    // A copy's client is the gateway itself, which closes when the time limit is over.
    isTimeout: flags.upstreamRequestTimeout === true || status === 504 || (role === 'shadow' && hasLeft),
    isBroken: BROKEN.some((flag) => flags[flag] === true),
    isAbandoned: role === 'live' && hasLeft,
    request: body(bodies, 'request'),
    ...answered(bodies, common),
  };
}

type Fields = Readonly<Record<string, { readonly stringValue?: string }>>;

function answered(fields: Fields, common: NonNullable<LogEntry['commonProperties']>) {
  const response = body(fields, 'response');
  const first = Number(fields.response_first_us?.stringValue);
  const sent = milliseconds(common.startTime) + milliseconds(common.timeToLastRxByte);
  const firstTokenMs = 'response_kind' in fields && Number.isFinite(first) ? Math.max(0, first / 1000 - sent) : null;
  const usage = usageIn(response.text ?? fields.response_tail?.stringValue ?? '');
  return { response, generation: { firstTokenMs, usage } };
}

function latency(common: NonNullable<LogEntry['commonProperties']>): number {
  const end = milliseconds(common.timeToLastDownstreamTxByte ?? common.duration);
  return Math.max(0, end - milliseconds(common.timeToLastRxByte));
}

function milliseconds(span: Span | undefined): number {
  return (span?.seconds ?? 0) * 1000 + (span?.nanos ?? 0) / 1e6;
}

function body(fields: Fields, key: 'request' | 'response'): Body {
  const sent = fields[key]?.stringValue ?? null;
  // Of a request that is a stream nothing is compared, and as text it cannot pass for a body without the fields to redact.
  const text = sent !== null && key === 'response' && 'response_kind' in fields ? assembled(sent) : sent;
  return { text, isSkipped: text === null && (`${key}_skipped` in fields || `${key}_base64` in fields) };
}
