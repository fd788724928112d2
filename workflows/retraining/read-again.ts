import type { RetrainInput } from '../../domain/retrain-state.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import { readMessage } from '../read-message.ts';

/** What a signal `again` asks for, whatever was sent; nothing of what the last retraining was asked for stays. */
export function readAgain(message: unknown): Pick<RetrainInput, 'by' | 'reason' | 'spec'> {
  const spec = (message as { spec?: unknown } | null | undefined)?.spec;
  // Its faults are found where it is read, as those of the first one are.
  return { ...readMessage(message), ...(typeof spec === 'object' && spec !== null && { spec: spec as RolloutSpec }) };
}
