import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { expect, onTestFinished, test } from 'vitest';
import { attempt } from '../../activities/alerts/deliver.ts';
import type { Message } from '../../activities/alerts/message.ts';
import { depsWith } from '../support/deps.ts';
import { FIRING, RESOLVED } from './samples.ts';

const EMAIL = {
  to: ['ops@example.com', 'ada@example.com'],
  from: 'Slipway <slipway@example.com>',
  smtpEnv: 'SMTP_URL',
};
const messageOf = (alert = FIRING, delivery = 'a'): Message => ({ alert, delivery, body: {} });

test('a mail says what happened, what to do, and where to look', async () => {
  const server = await mailServer();
  const sent = await send(server.url, messageOf());
  expect(sent).toMatchObject({ receiver: 'email ops@example.com, ada@example.com' });
  expect(sent).toMatchObject({ answer: expect.stringMatching(/^250 /) as string });
  const [mail = ''] = server.mails;
  expect(mail).toContain('Subject: [warning] FeatureDrift on local/digits');
  expect(mail).toContain('To: ops@example.com, ada@example.com');
  for (const line of [FIRING.summary, FIRING.action, FIRING.link ?? '']) expect(mail).toContain(line);
});

test('a mail that is sent again has the same id, and all mails of an incident are one thread', async () => {
  const server = await mailServer();
  const messages = [messageOf(), messageOf(), messageOf(RESOLVED, 'b'), messageOf({ ...FIRING, key: 'other' }, 'c')];
  for (const message of messages) await send(server.url, message);
  const [first, again, over, other] = server.mails.map((mail) => ({
    id: field(mail, 'Message-ID'),
    thread: field(mail, 'References'),
    subject: field(mail, 'Subject'),
  }));
  expect(again).toEqual(first);
  expect(over?.id).not.toBe(first?.id);
  expect(over?.thread).toBe(first?.thread);
  expect(over?.subject).toBe('[resolved] FeatureDrift on local/digits');
  expect(other?.thread).not.toBe(first?.thread);
});

test('a server that refuses says why, and no password is in what it is said with', async () => {
  const server = await mailServer({ refuses: true });
  const refused = await send(server.url.replace('//', '//ada:s3cret@'), messageOf());
  expect(refused).toMatchObject({ problem: expect.stringContaining('454 mailbox away') as string });
  const gone = await send('smtp://ada:s3cret@127.0.0.1:65535', messageOf());
  expect(gone).toMatchObject({ problem: expect.stringContaining('ECONNREFUSED') as string });
  const wrong = await send('mail.example.com:s3cret', messageOf());
  expect(wrong).toMatchObject({ problem: 'SMTP_URL holds no smtp or smtps URL' });
  expect(JSON.stringify([refused, gone, wrong])).not.toContain('s3cret');
});

function send(smtp: string, message: Message) {
  return attempt(depsWith({ env: { SMTP_URL: smtp } }), message, { email: EMAIL });
}

async function mailServer({ refuses = false } = {}): Promise<{ url: string; mails: string[] }> {
  const mails: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username }, _, done) => done(null, { user: username }),
    onRcptTo: (_address, _session, done) =>
      done(refuses ? Object.assign(new Error('mailbox away'), { responseCode: 454 }) : null),
    onData(stream, _session, done) {
      let mail = '';
      stream.on('data', (chunk: Buffer) => (mail += chunk.toString()));
      stream.on('end', () => {
        // Long lines of the text are folded (RFC 2045 §6.7).
        mails.push(mail.replaceAll('=\r\n', ''));
        done();
      });
    },
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  return { url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`, mails };
}

function field(mail: string, name: string): string {
  return new RegExp(`^${name}: (.*)$`, 'm').exec(mail.replaceAll('\r\n', '\n'))?.[1] ?? '';
}
