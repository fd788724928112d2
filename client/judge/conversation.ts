import type { JudgeReply } from '../../gates/session/protocol.ts';
import type { LineFault } from '../../gates/session/check.ts';
import { BEFORE_START, follow, orderFaults, type Order } from '../../gates/session/order.ts';
import { calibrate, judgeBatch, openSession, type Session } from '../../gates/session/session.ts';
import { readLine, type SessionLine } from '../../gates/session/read-line.ts';

/** One harness and one gate, between two lines. */
export interface Conversation {
  readonly order: Order;
  /** `null` before a start. */
  readonly session: Session | null;
}

export const SILENCE: Conversation = { order: BEFORE_START, session: null };

/** A line that was not taken; the session is as it was before it. */
export interface Refusal {
  readonly error: string;
  readonly faults: readonly LineFault[];
}

export type Reply =
  | JudgeReply
  | { readonly type: 'ready'; readonly max_batches: number }
  | { readonly type: 'calibrated'; readonly windows: number }
  | Refusal;

/** The one reply to a line, whatever the line is. Never throws: a gate that crashes leaves a rollout without judgement. */
export function answer(conversation: Conversation, text: string): { conversation: Conversation; reply: Reply } {
  const { line, faults } = readLine(text);
  const all = [...faults, ...(line === null ? [] : orderFaults(conversation.order, line))];
  if (line === null || all.length > 0) return { conversation, reply: refusal(line, all) };
  try {
    const { session, reply } = take(conversation, line);
    return { conversation: { order: follow(conversation.order, line), session }, reply };
  } catch (error) {
    const message = `could not be judged: ${error instanceof Error ? error.message : String(error)}`;
    return { conversation, reply: refusal(line, [{ path: '', message }]) };
  }
}

export function isRefusal(reply: Reply): reply is Refusal {
  return 'error' in reply;
}

function take({ order, session }: Conversation, line: SessionLine): { session: Session; reply: Reply } {
  if (line.type === 'start')
    return { session: openSession(line.config), reply: { type: 'ready', max_batches: line.config.max_batches } };
  // The order of lines has been checked.
  if (session === null) throw new Error('there is no session');
  if (line.type === 'calibration')
    return { session: calibrate(session, line), reply: { type: 'calibrated', windows: order.windows.length + 1 } };
  const { type: _, ...batch } = line;
  // The gate counts batches from 1; the harness's own times may be of any clock.
  return judgeBatch(session, { ...batch, t: order.batches + 1 });
}

function refusal(line: SessionLine | null, faults: readonly LineFault[]): Refusal {
  const [first, ...more] = faults;
  const what = line === null ? 'the line' : line.type === 'start' ? 'the start' : `the ${line.type} line`;
  const fault = first ? `${first.path || 'it'} ${first.message}` : 'it says nothing';
  const rest = more.length === 0 ? '' : ` (and ${more.length} more ${more.length === 1 ? 'fault' : 'faults'})`;
  return { error: `${what} was left out: ${fault}${rest}`, faults };
}
