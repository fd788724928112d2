import type { VersionStatus } from '../../domain/serving-contract.ts';
import { failure } from '../failures.ts';
import type { ServingTarget } from '../targets/target.ts';

/** The first answer may load what the model needs only then. */
const LIMIT_MS = 60_000;

/**
 * Sends a model's own example to its server, before any traffic; returns the time it took, in milliseconds.
 *
 * @throws failure `CandidateBroken` when it does not answer 200 with JSON
 */
export async function smokeTest(
  target: Pick<ServingTarget, 'predict'>,
  status: VersionStatus,
  request: string,
  signal?: AbortSignal,
): Promise<number> {
  const limit = AbortSignal.timeout(LIMIT_MS);
  const answer = await target.predict(status, request, signal ? AbortSignal.any([signal, limit]) : limit);
  if (answer.status === 200 && isJson(answer.body)) return answer.ms;
  throw failure(
    'CandidateBroken',
    `${status.key} does not answer its own input example: HTTP ${answer.status}, ${answer.body.slice(0, 300)}`,
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
