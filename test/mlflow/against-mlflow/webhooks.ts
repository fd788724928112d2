import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { collect, verifyWebhook } from '../../../packages/mlflow-client-ts/src/index.ts';
import { clientAt, unique, type Address } from './context.ts';
import { newVersion } from './registry.ts';

interface Delivery {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export function webhookPromises(address: Address): void {
  test('a webhook can be made, read, listed, changed and removed', async () => {
    const mlflow = clientAt(address());
    const name = unique('hook');
    const url = 'http://127.0.0.1:9/hook';
    const made = await mlflow.webhooks.create({ name, url, events: ['model_version.created'], description: 'd' });
    expect(made).toMatchObject({ name, url, events: ['model_version.created'], description: 'd', status: 'ACTIVE' });
    const events = ['model_version_alias.created', 'model_version_alias.deleted'] as const;
    await mlflow.webhooks.update(made.webhookId, { status: 'DISABLED', events });
    const changed = await mlflow.webhooks.get(made.webhookId);
    expect(changed).toMatchObject({ name, status: 'DISABLED' });
    expect([...changed.events].sort()).toEqual(events);
    const listed = await collect(mlflow.webhooks.list({ pageSize: 1 }));
    expect(listed.map((webhook) => webhook.webhookId)).toContain(made.webhookId);
    await mlflow.webhooks.delete(made.webhookId);
    await expect(mlflow.webhooks.get(made.webhookId)).rejects.toMatchObject({ errorCode: 'RESOURCE_DOES_NOT_EXIST' });
  });

  test('a test delivery is signed so that verifyWebhook accepts it, and only with the right secret', async () => {
    const mlflow = clientAt(address());
    const receiver = await startReceiver();
    const secret = 'correct horse';
    const { webhookId } = await mlflow.webhooks.create({
      name: unique('hook'),
      url: receiver.url,
      events: ['model_version_alias.created'],
      secret,
    });
    const delivered = receiver.next();
    expect(await mlflow.webhooks.test(webhookId)).toMatchObject({ success: true, responseStatus: 200 });
    const delivery = await delivered;
    expect(verifyWebhook(secret, delivery)).toBe(true);
    expect(verifyWebhook('wrong', delivery)).toBe(false);
    expect(verifyWebhook(secret, { ...delivery, body: `${delivery.body} ` })).toBe(false);
    expect(verifyWebhook(secret, delivery, { now: Date.now() + 600_000 })).toBe(false);
    await mlflow.webhooks.delete(webhookId);
  });

  test('setting an alias tells the webhook which alias of which version', async () => {
    const mlflow = clientAt(address());
    const receiver = await startReceiver();
    const name = unique('fraud');
    await newVersion(mlflow, name);
    const { webhookId } = await mlflow.webhooks.create({
      name: unique('hook'),
      url: receiver.url,
      events: ['model_version_alias.created'],
    });
    const delivered = receiver.next();
    await mlflow.registeredModels.setAlias(name, 'champion', 1);
    const { body } = await delivered;
    expect(JSON.parse(body)).toMatchObject({
      entity: 'model_version_alias',
      action: 'created',
      data: { name, alias: 'champion', version: '1' },
    });
    await mlflow.webhooks.delete(webhookId);
  });
}

async function startReceiver(): Promise<{ url: string; next(): Promise<Delivery> }> {
  let arrived: (delivery: Delivery) => void = () => undefined;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      response.end('ok');
      arrived({ headers: request.headers, body: Buffer.concat(parts).toString('utf8') });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    next: () => new Promise((resolve) => (arrived = resolve)),
  };
}
