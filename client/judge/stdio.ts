import { SILENCE, answer, isRefusal } from './conversation.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { linesOf } from './lines.ts';

/**
 * Answers each line of `input` with one line, before the next is read; blank lines are none. The code says whether any
 * was refused.
 *
 * @param write takes one whole line with its end; false when nobody reads any more
 */
export async function judgeLines(
  input: AsyncIterable<string>,
  write: (line: string) => boolean | Promise<boolean>,
): Promise<ExitCode> {
  let conversation = SILENCE;
  let code: ExitCode = EXIT.ok;
  for await (const line of linesOf(input)) {
    const text = line.replace(/^\uFEFF/, '').trim();
    if (text === '') continue;
    const { conversation: next, reply } = answer(conversation, text);
    conversation = next;
    if (isRefusal(reply)) code = EXIT.usage;
    if (!(await write(`${JSON.stringify(reply)}\n`))) break;
  }
  return code;
}

/** {@link judgeLines} on the process's own streams. A reader that has gone away ends it quietly. */
export async function judgeStdio(): Promise<ExitCode> {
  const { stdin, stdout } = process;
  let open = true;
  const close = (error: NodeJS.ErrnoException) => {
    open = false;
    if (error.code !== 'EPIPE') process.stderr.write(`✗ replies cannot be written: ${error.message}\n`);
    stdin.destroy();
  };
  stdout.on('error', close);
  stdin.setEncoding('utf8');
  const write = (line: string) =>
    new Promise<boolean>((resolve) => {
      // Waits until the reader has room, so that replies never pile up in memory.
      stdout.write(line, (error) => resolve(!error && open));
    });
  try {
    return await judgeLines(stdin as AsyncIterable<string>, write);
  } catch (error) {
    // The stream was closed from here, by `close`.
    if (!open) return EXIT.ok;
    throw error;
  }
}
