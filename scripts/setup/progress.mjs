// Everything goes to stderr: `slipway … --json` sets up first, and its stdout belongs to the answer.
const out = process.stderr;
const clearLine = '\r\x1b[K';

export function say(line) {
  out.write(`${line}\n`);
}

/** Shows that `what` is under way until the returned function is called; on a terminal every second, in a log every 15 s. */
export function progress(what, usually) {
  const started = Date.now();
  const elapsed = () => `${Math.round((Date.now() - started) / 1000)} s`;
  const line = () => `  ${what}, usually ${usually} … ${elapsed()}`;
  out.write(out.isTTY ? line() : `  ${what}, usually ${usually}\n`);
  const ticker = setInterval(
    () => out.write(out.isTTY ? clearLine + line() : `${line()}\n`),
    out.isTTY ? 1000 : 15_000,
  );
  return (done) => {
    clearInterval(ticker);
    out.write(`${out.isTTY ? clearLine : ''}${done ? '✓' : '✗'} ${what}: ${elapsed()}\n`);
  };
}
