import { eventsIn } from './events.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * A streamed answer as the JSON text of what it says: chat and text completions as the answer that the same server gives when it
 * does not stream, any other stream as the list of its events.
 */
export function assembled(stream: string): string {
  const events = eventsIn(stream).map(parse);
  const completion = completionIn(events);
  return JSON.stringify(completion ?? events);
}

/** One answer of the pieces of a completion (OpenAI's `chat.completion.chunk`); `null` where they are none. */
function completionIn(events: readonly unknown[]): Fields | null {
  if (events.length === 0 || !events.every(isPiece)) return null;
  const choices = new Map<number, Record<string, unknown>>();
  const rest: Record<string, unknown> = {};
  for (const { choices: pieces, ...others } of events) {
    // Usage is null in every piece but the last.
    Object.assign(rest, withoutNulls(others));
    for (const piece of pieces) {
      const index = Number(piece.index ?? 0);
      const { delta, ...told } = piece;
      const known = choices.get(index) ?? {};
      const message = delta === undefined ? {} : { message: joined(known.message, delta) };
      choices.set(index, { ...(joined(known, told) as Fields), ...message });
    }
  }
  return { ...rest, choices: [...choices].sort(([a], [b]) => a - b).map(([, choice]) => choice) };
}

interface Piece {
  readonly choices: readonly Fields[];
}

function isPiece(event: unknown): event is Piece {
  return isRecord(event) && Array.isArray(event.choices) && event.choices.every(isRecord);
}

/** Names whose texts are told whole: everything else is told bit by bit. */
const WHOLE = new Set(['role', 'id', 'type', 'finish_reason', 'stop_reason']);

/** What is known with one piece more: texts go on, lists go on by the `index` of their parts, the rest is replaced. */
function joined(known: unknown, more: unknown, name = ''): unknown {
  if (known == null || more === null) return more ?? known;
  if (typeof known === 'string' && typeof more === 'string') return WHOLE.has(name) ? more : known + more;
  if (Array.isArray(known) && Array.isArray(more)) return joinedLists(known, more);
  if (!isRecord(known) || !isRecord(more)) return more;
  const entries = Object.entries(more).map(([key, value]) => [key, joined(known[key], value, key)] as const);
  return { ...known, ...Object.fromEntries(entries) };
}

function joinedLists(known: readonly unknown[], more: readonly unknown[]): unknown[] {
  const list = [...known];
  for (const part of more) {
    const at = isRecord(part) && 'index' in part ? list.findIndex((it) => isRecord(it) && it.index === part.index) : -1;
    if (at < 0) list.push(part);
    else list[at] = joined(list[at], part);
  }
  return list;
}

function withoutNulls(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

function parse(event: string): unknown {
  try {
    return JSON.parse(event) as unknown;
  } catch {
    return event;
  }
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
