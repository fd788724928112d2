import { NAME_PATTERN } from '../../domain/ids.ts';
import { usageFailure } from '../failure.ts';
import type { Place } from './place.ts';

/** One rollout, as the ledger names it. */
export interface RolloutName extends Place {
  /** `local.digits.4` */
  readonly id: string;
  readonly epoch: number;
}

/** Reads `local.digits.4`. */
export function parseRolloutId(text: string): RolloutName {
  const name = rolloutNameOf(text);
  if (!name)
    throw usageFailure(
      `"${text}" is not a rollout: write its id, such as local.digits.4, as \`slipway history <endpoint>\` shows it`,
    );
  return name;
}

/** `null` for what is no rollout's id. */
export function rolloutNameOf(text: string): RolloutName | null {
  const [target, endpoint, epoch, ...rest] = text.split('.');
  const named = [target, endpoint].every((part) => new RegExp(NAME_PATTERN).test(part ?? ''));
  if (!target || !endpoint || rest.length > 0 || !named || !/^[1-9][0-9]*$/.test(epoch ?? '')) return null;
  return { id: text, target, endpoint, epoch: Number(epoch) };
}
