/**
 * The lines of a stream of text chunks, without their ends, as soon as each is complete; also a last one without an end.
 *
 * Unlike `node:readline`, splits at line feeds alone: JSON may hold the other separators of Unicode unescaped.
 */
export async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let open: string[] = [];
  for await (const chunk of chunks) {
    const parts = chunk.split('\n');
    for (const part of parts.slice(0, -1)) {
      yield [...open, part].join('');
      open = [];
    }
    open.push(parts.at(-1) ?? '');
  }
  const last = open.join('');
  if (last !== '') yield last;
}
