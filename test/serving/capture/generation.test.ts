import { expect, test } from 'vitest';
import { usageIn } from '../../../serving/capture/streams/generation.ts';

test('usage is read as OpenAI and Anthropic tell it, the last that is told', () => {
  const chat = {
    usage: { prompt_tokens: 3, completion_tokens: 12, completion_tokens_details: { reasoning_tokens: 5 } },
  };
  expect(usageIn(JSON.stringify(chat))).toEqual({ input: 3, output: 12 });
  expect(usageIn(JSON.stringify({ usage: { output_tokens: 2, input_tokens: 1 } }, null, 2))).toEqual({
    input: 1,
    output: 2,
  });
  const growing = [1, 2].map((n) => `data: {"usage":{"prompt_tokens":3,"completion_tokens":${n}}}`).join('\n\n');
  expect(usageIn(growing)).toEqual({ input: 3, output: 2 });
  const apart = [
    { type: 'message_start', message: { usage: { input_tokens: 25, output_tokens: 1 } } },
    { type: 'message_delta', usage: { output_tokens: 15 } },
  ];
  expect(usageIn(JSON.stringify(apart))).toEqual({ input: 25, output: 15 });
});

test('numbers that no tokens can be are not counted, so that no answer spoils the sums of its version', () => {
  const told = (count: string) => usageIn(`{"usage":{"prompt_tokens":${count},"completion_tokens":2}}`);
  expect(told('9'.repeat(400))).toBeNull();
  expect(told('1e400')).toBeNull();
  expect(told('1.5')).toBeNull();
  expect(told('128000')).toEqual({ input: 128_000, output: 2 });
});

test('what an answer says of usage is not its usage', () => {
  const quoted = JSON.stringify({ usage: { prompt_tokens: 9, completion_tokens: 9 } });
  expect(usageIn(JSON.stringify({ content: quoted }))).toBeNull();
  expect(usageIn(JSON.stringify({ usage: null, content: 'a "usage" of 7' }))).toBeNull();
  expect(usageIn('')).toBeNull();
});
