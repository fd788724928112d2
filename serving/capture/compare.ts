/** Whether two answers hold the same predictions: in every row, numbers within `tolerance` relative to the served one. */
export function answersAgree(served: string, mirrored: string, tolerance: number): boolean {
  if (served === mirrored) return true;
  const [a, b] = [parse(served), parse(mirrored)];
  return a !== undefined && b !== undefined && valuesAgree(predictionsIn(a), predictionsIn(b), tolerance);
}

/** Whether two predictions are equal up to `tolerance`, relative to the first. */
export function valuesAgree(a: unknown, b: unknown, tolerance: number): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a === b || Math.abs(a - b) <= tolerance * Math.abs(a);
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((value, index) => valuesAgree(value, b[index], tolerance));
  if (!isRecord(a) || !isRecord(b)) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => key in b && valuesAgree(a[key], b[key], tolerance))
  );
}

/** What an answer predicts, without names and versions around it: MLflow's `predictions`, the v2 protocol's `outputs`. */
export function predictionsIn(answer: unknown): unknown {
  return isRecord(answer) ? (answer.predictions ?? answer.outputs ?? answer) : answer;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
