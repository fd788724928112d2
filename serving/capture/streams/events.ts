/**
 * What the events of a streamed answer say, in order: the `data` of server-sent events (WHATWG HTML, "Server-sent events"), or
 * the lines of a JSON stream. Ends of streams (`[DONE]`) and comments are no events.
 */
export function eventsIn(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/);
  if (!lines.some((line) => /^(data|event|id|retry)?:/.test(line))) return lines.filter((line) => line.trim() !== '');
  const events: string[] = [];
  let data: string[] = [];
  for (const line of [...lines, '']) {
    if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5));
    if (line !== '') continue;
    if (data.length > 0) events.push(data.join('\n'));
    data = [];
  }
  return events.filter((event) => event !== '[DONE]');
}
