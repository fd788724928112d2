import { WorkflowClient, type Connection } from '@temporalio/client';

/** Everything that the server stored of a workflow, as text. */
export async function storedText(connection: Connection, workflowId: string): Promise<string> {
  const history = await new WorkflowClient({ connection }).getHandle(workflowId).fetchHistory();
  const description = await connection.workflowService.describeWorkflowExecution({
    namespace: 'default',
    execution: { workflowId },
  });
  return readable([history, description]);
}

/** All strings of a value: as they are and, since bytes are strings of base64 in JSON, decoded. */
export function readable(value: unknown): string {
  const texts: string[] = [];
  JSON.stringify(value, (name, part: unknown) => {
    if (typeof part === 'string') texts.push(part, Buffer.from(part, 'base64').toString('latin1'));
    texts.push(name);
    return part;
  });
  return texts.join('\n');
}
