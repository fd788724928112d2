/** MLflow's scoring path, and those of the Open Inference Protocol, TensorFlow Serving, OpenAI's API and plain servers. */
const PREDICTION_PATHS =
  /(^|\/)(invocations|infer|predict|predictions|generate|generate_stream|completions)$|:predict$/;

/**
 * Whether a POST to this path asks for a prediction: it does at the paths that versions declare and at those of the common
 * protocols. Repository calls, health checks and unknown paths do not count.
 */
export function isPredictionPath(path: string, declared: ReadonlySet<string>): boolean {
  const [plain = ''] = path.split('?');
  return declared.has(plain) || PREDICTION_PATHS.test(plain);
}
