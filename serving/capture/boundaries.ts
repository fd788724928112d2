/** Calls back at every multiple of `everyMs` of the wall clock, with that time, until the returned function is called. */
export function atBoundaries(everyMs: number, onBoundary: (time: number) => void): () => void {
  let next = (Math.floor(Date.now() / everyMs) + 1) * everyMs;
  let timer = setTimeout(look, next - Date.now());

  function look(): void {
    const now = Date.now();
    // Timers may fire a little early; and a clock that was set back must not leave this waiting for the old time.
    const last = Math.floor(now / everyMs) * everyMs;
    if (now >= next) onBoundary(last);
    next = last + everyMs;
    timer = setTimeout(look, next - now);
  }

  return () => clearTimeout(timer);
}
