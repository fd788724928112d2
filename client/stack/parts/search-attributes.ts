import type { Connection } from '@temporalio/client';
import { ATTRIBUTES } from '../../../workflows/messages.ts';
import { StackFault } from '../part.ts';

const ALL = Object.values(ATTRIBUTES);

/** As the command line writes the types, and as the API numbers them. */
const TYPES = {
  KEYWORD: { word: 'Keyword', code: 2 },
  INT: { word: 'Int', code: 3 },
  BOOL: { word: 'Bool', code: 5 },
} as const;

export function attributeFlags(): string[] {
  return ALL.flatMap(({ name, type }) => ['--search-attribute', `${name}=${TYPES[type].word}`]);
}

/**
 * Registers what is missing, and returns their names.
 *
 * @throws StackFault with the commands for an administrator, where this is not allowed
 */
export async function registerAttributes({ operatorService }: Connection, namespace: string): Promise<string[]> {
  try {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    const missing = ALL.filter(({ name }) => customAttributes[name] === undefined);
    if (missing.length === 0) return [];
    const searchAttributes = Object.fromEntries(missing.map(({ name, type }) => [name, TYPES[type].code]));
    await operatorService.addSearchAttributes({ namespace, searchAttributes });
    return missing.map(({ name }) => name);
  } catch (error) {
    throw new StackFault(
      `the search attributes cannot be registered in the namespace "${namespace}" (${error instanceof Error ? error.message : String(error)}); ask its administrator to run:\n${administratorsCommands(namespace)}`,
    );
  }
}

/** @throws as long as the server does not know every one of them yet */
export async function areSearchable({ workflowService }: Connection, namespace: string): Promise<void> {
  const query = ALL.map(({ name }) => `${name} IS NULL`).join(' AND ');
  await workflowService.listWorkflowExecutions({ namespace, pageSize: 1, query });
}

function administratorsCommands(namespace: string): string {
  return ALL.map(
    ({ name, type }) =>
      `    temporal operator search-attribute create --namespace ${namespace} --name ${name} --type ${TYPES[type].word}`,
  ).join('\n');
}
