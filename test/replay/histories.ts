import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '..', 'histories');

interface Payloads {
  readonly payloads: readonly { readonly data: string }[];
}

interface History {
  readonly events: readonly {
    readonly eventType: string;
    readonly workflowExecutionCompletedEventAttributes?: { readonly result: Payloads };
    readonly workflowExecutionContinuedAsNewEventAttributes?: { readonly input: Payloads };
  }[];
}

/** The names of all recordings, each with the release that made it. */
export const RECORDINGS = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

export function fileOf(name: string, release: string): string {
  return join(FOLDER, `${name}.${release}.json`);
}

export async function readHistory(recording: string): Promise<History> {
  return JSON.parse(await readFile(join(FOLDER, recording), 'utf8')) as History;
}

/** `promoted Promoted`: outcome and reason; `started`: of a retraining, outcome alone; or how the run closed: `cancelled`, `continued`, `failed`; `watched` of a monitor, `read` of the reading of outcomes. */
export function endOf({ events }: History): string {
  const last = events.at(-1);
  if (last?.eventType === 'EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED') return 'cancelled';
  if (last?.eventType === 'EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW') return 'continued';
  if (last?.eventType === 'EVENT_TYPE_WORKFLOW_EXECUTION_FAILED') return 'failed';
  const data = last?.workflowExecutionCompletedEventAttributes?.result.payloads[0]?.data ?? '';
  const result = JSON.parse(Buffer.from(data, 'base64').toString()) as object;
  if ('windows' in result) return 'watched';
  if ('pulls' in result) return 'read';
  const { outcome, reason } = result as { outcome: string; reason?: string };
  return reason === undefined ? outcome : `${outcome} ${reason}`;
}
