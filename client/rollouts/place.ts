import { NAME_PATTERN, rolloutWorkflowId } from '../../domain/ids.ts';
import { usageFailure } from '../failure.ts';

/** An endpoint on a target: where at most one rollout runs. */
export interface Place {
  readonly target: string;
  readonly endpoint: string;
}

/** Reads `digits` or `prod-eu/digits`; the target is `local` when absent. */
export function parsePlace(text: string): Place {
  const parts = text.split('/');
  const [target, endpoint] = parts.length === 1 ? ['local', parts[0]] : parts;
  const valid = [target, endpoint].every((name) => name !== undefined && new RegExp(NAME_PATTERN).test(name));
  if (parts.length > 2 || !valid || !target || !endpoint)
    throw usageFailure(
      `"${text}" is not an endpoint: write its name, such as digits, or target and name, such as prod-eu/digits`,
    );
  return { target, endpoint };
}

/** The short form that {@link parsePlace} reads. */
export function shortPlace({ target, endpoint }: Place): string {
  return target === 'local' ? endpoint : `${target}/${endpoint}`;
}

export function workflowIdOf({ target, endpoint }: Place): string {
  return rolloutWorkflowId(target, endpoint);
}
