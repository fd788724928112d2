import type { Acknowledge, Approval, Message } from './messages.ts';

/** Longest `by` and `reason` that are kept, in UTF-16 code units: both go into histories, the ledger and notices. */
export const MESSAGE_LIMITS = { by: 200, reason: 1_000 } as const;

/**
 * What a message says, whatever was sent: a signal from the Web UI may carry nothing, `null`, a bare text or anything else.
 *
 * Never throws, since a handler that does would fail the workflow's task for ever; a bare text is taken for the reason.
 */
export function readMessage(input: unknown): Message {
  if (typeof input === 'string') return { ...textField('reason', input) };
  if (input === null || typeof input !== 'object') return {};
  const { by, reason } = input as Partial<Record<keyof Message, unknown>>;
  return { ...textField('by', by), ...textField('reason', reason) };
}

/** The gate that an approval names, `''` where it names none; a bare text is the gate. */
export function readGate(input: unknown): string {
  const gate = typeof input === 'string' ? input : (input as Partial<Approval> | null | undefined)?.gate;
  return typeof gate === 'string' ? clip(gate, MESSAGE_LIMITS.by) : '';
}

/** The incident that an acknowledgement names, `undefined` for all; a bare text is the incident. */
export function readIncident(input: unknown): string | undefined {
  const incident = typeof input === 'string' ? input : (input as Partial<Acknowledge> | null | undefined)?.incident;
  return typeof incident === 'string' && incident !== '' ? clip(incident, MESSAGE_LIMITS.by) : undefined;
}

function textField(name: keyof Message, value: unknown): Message {
  if (typeof value !== 'string') return {};
  const text = clip(value, MESSAGE_LIMITS[name]).trim();
  return text === '' ? {} : { [name]: text };
}

/** Without characters that PostgreSQL or a terminal stumbles over, and no longer than the limit. */
function clip(text: string, limit: number): string {
  const clean = text.slice(0, limit + 1).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\uFFFD');
  return (clean.length > limit ? `${clean.slice(0, limit - 1)}…` : clean).toWellFormed();
}
