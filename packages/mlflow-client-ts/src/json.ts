// MLflow writes a metric that is not a number as the string "NaN" (protobuf's JSON), but servers that print with
// Python's json module write the bare literal, which JSON.parse refuses. Only outside of strings is it a literal.
const STRING_OR_LITERAL = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

/** Parses an answer of MLflow; bare `NaN`, `Infinity` and `-Infinity` come out as strings of that name. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const quoted = text.replace(STRING_OR_LITERAL, (token) => (token.startsWith('"') ? token : `"${token}"`));
    if (quoted === text) throw error;
    return JSON.parse(quoted);
  }
}

/**
 * A double as MLflow takes it: NaN and the infinities must go as strings. A bare `NaN` in the request is not refused
 * by MLflow, it is stored as 0 at time 0.
 */
export function encodeDouble(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}
