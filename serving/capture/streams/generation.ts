/** What a generated answer cost. */
export interface Generation {
  /** From the request's last byte to the first piece of a streamed answer; `null` where it was not streamed. */
  readonly firstTokenMs: number | null;
  /** As the answer itself tells; `null` where it does not: nobody guesses. */
  readonly usage: Usage | null;
}

/** Tokens of one request and of its answer. */
export interface Usage {
  readonly input: number;
  readonly output: number;
}

/** Longer numbers are no tokens: of their sums nothing would be left that JSON can carry. */
const NAMES = {
  input: /"(?:prompt|input)_tokens"\s*:\s*(\d{1,9})(?![\d.eE])/g,
  output: /"(?:completion|output)_tokens"\s*:\s*(\d{1,9})(?![\d.eE])/g,
} as const;

/**
 * The usage that an answer or a stream tells last, in the form of OpenAI's or Anthropic's API; the latter's streams tell
 * input and output in events apart.
 *
 * Found in the text, so that no answer is parsed once more: within a JSON string these quotes would be escaped.
 */
export function usageIn(text: string): Usage | null {
  const at = text.indexOf('"usage"');
  if (at < 0) return null;
  const told = text.slice(at);
  const last = (name: RegExp) => [...told.matchAll(name)].at(-1)?.[1];
  const [input, output] = [last(NAMES.input), last(NAMES.output)];
  return input === undefined || output === undefined ? null : { input: Number(input), output: Number(output) };
}
