import { MOST_REWARD } from '../../domain/ab.ts';
import type { Outcome } from '../../domain/serving-contract.ts';
import type { SourceRow } from './source.ts';

const LONGEST_ID = 200;
const LONGEST_LABEL = 1_000;
const MOST_ROWS = 2_147_483_647;

/** What a row says of a prediction, by the rules of `POST /outcomes`; else why it cannot be taken, as a clause. */
export function readRow(endpoint: string, given: SourceRow): Outcome | string {
  const requestId = given.id?.trim() ?? '';
  if (requestId === '') return 'it has no id';
  if (requestId.length > LONGEST_ID) return `its id is longer than ${LONGEST_ID} characters`;
  if (given.at === null) return 'it has no time';
  const row = Number(given.row ?? 0);
  if (!Number.isInteger(row) || row < 0 || row > MOST_ROWS) return `its row "${given.row}" is no whole number from 0`;
  const label = readLabel(given.label);
  if (typeof label === 'object' && label !== null) return label.fault;
  const rewards = Object.entries(given.rewards).filter(([, value]) => value !== null);
  const wrong = rewards.find(([, value]) => !isReward(value));
  if (wrong) return `its ${wrong[0]} is no number within ${MOST_REWARD}`;
  if (label === null && rewards.length === 0) return 'it has no label';
  return {
    ...{ endpoint, requestId, row, at: given.at },
    ...(label !== null && { label }),
    ...(rewards.length > 0 && { rewards: Object.fromEntries(rewards.map(([name, value]) => [name, Number(value)])) }),
  };
}

function readLabel(value: unknown): string | number | boolean | null | { readonly fault: string } {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value !== 'string') return { fault: 'its label is a list or an object, not one value' };
  const text = value.trim();
  if (text === '') return null;
  return text.length > LONGEST_LABEL ? { fault: `its label is longer than ${LONGEST_LABEL} characters` } : text;
}

function isReward(value: unknown): boolean {
  return typeof value === 'boolean' || (typeof value === 'number' && Math.abs(value) <= MOST_REWARD);
}
