import { expect, test } from 'vitest';
import { assembled } from '../../../serving/capture/streams/assemble.ts';
import { eventsIn } from '../../../serving/capture/streams/events.ts';

const stream = (...events: readonly object[]): string =>
  [...events.map((event) => JSON.stringify(event)), '[DONE]'].map((data) => `data: ${data}\n\n`).join('');
const piece = (delta: object, rest: object = {}): object => ({
  id: 'a1',
  model: 'm',
  usage: null,
  choices: [{ index: 0, delta, finish_reason: null, ...rest }],
});

test('a streamed chat completion reads as the same answer unstreamed', () => {
  const said = assembled(
    stream(
      piece({ role: 'assistant', content: 'Hel' }),
      piece({ role: 'assistant', content: 'lo' }),
      piece({}, { finish_reason: 'stop' }),
      { id: 'a1', model: 'm', choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } },
    ),
  );
  expect(JSON.parse(said)).toEqual({
    id: 'a1',
    model: 'm',
    usage: { prompt_tokens: 3, completion_tokens: 2 },
    choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  });
});

test('calls of tools are put together by their own index, and choices by theirs', () => {
  const call = (index: number, rest: object) => ({ tool_calls: [{ index, ...rest }] });
  const said = assembled(
    stream(
      piece(call(0, { id: 'c0', type: 'function', function: { name: 'look', arguments: '{"at"' } })),
      piece(call(1, { id: 'c1', type: 'function', function: { name: 'wait', arguments: '{}' } })),
      piece(call(0, { function: { arguments: ':1}' } })),
      { choices: [{ index: 1, delta: { content: 'other' } }] },
    ),
  );
  const [first, second] = (JSON.parse(said) as { choices: { message: object }[] }).choices;
  expect(first?.message).toEqual({
    tool_calls: [
      { index: 0, id: 'c0', type: 'function', function: { name: 'look', arguments: '{"at":1}' } },
      { index: 1, id: 'c1', type: 'function', function: { name: 'wait', arguments: '{}' } },
    ],
  });
  expect(second?.message).toEqual({ content: 'other' });
});

test('text completions go on in their text, and other streams are the list of their events', () => {
  const texts = stream({ choices: [{ index: 0, text: 'a ' }] }, { choices: [{ index: 0, text: 'b' }] });
  expect(JSON.parse(assembled(texts))).toEqual({ choices: [{ index: 0, text: 'a b' }] });
  expect(JSON.parse(assembled('{"token":"a"}\n{"token":"b"}\n'))).toEqual([{ token: 'a' }, { token: 'b' }]);
  expect(JSON.parse(assembled('data: plain\n\n'))).toEqual(['plain']);
});

test('events are read as browsers read them', () => {
  const text = ': a comment\r\n\r\nevent: word\r\ndata: one\r\ndata:two\r\n\r\nid: 7\r\n\r\ndata: {"last":1}';
  expect(eventsIn(text)).toEqual(['one\ntwo', '{"last":1}']);
  expect(eventsIn('')).toEqual([]);
});
