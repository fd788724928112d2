/** MLflow's scoring path, and those of the Open Inference Protocol, TensorFlow Serving and plain servers. */
const PREDICTION_PATHS = /(^|\/)(invocations|infer|predict|predictions|generate)$|:predict$/;

/** Whether a POST to this path asks for a prediction; repository calls, health checks and unknown paths do not count. */
export function isPredictionPath(path: string): boolean {
  const [plain = ''] = path.split('?');
  return PREDICTION_PATHS.test(plain);
}
