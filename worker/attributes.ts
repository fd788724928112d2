import type { Connection } from '@temporalio/client';
import { ATTRIBUTES } from '../workflows/messages.ts';

/**
 * Resolves when the namespace knows every search attribute that rollouts set.
 *
 * An unknown one would fail each workflow task for ever, and look like a rollout that hangs.
 *
 * @throws an error that names the missing ones and the command that adds them
 */
export async function assertAttributes(connection: Connection, namespace: string): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.values(ATTRIBUTES).filter(({ name }) => !(name in customAttributes));
  if (missing.length === 0) return;
  const flags = missing.map(({ name, type }) => `--name ${name} --type ${TYPES[type]}`).join(' ');
  throw new Error(
    `Temporal namespace ${namespace} lacks search attributes; add them with: temporal operator search-attribute create --namespace ${namespace} ${flags}`,
  );
}

const TYPES: Readonly<Record<string, string>> = { KEYWORD: 'Keyword', INT: 'Int', BOOL: 'Bool' };
