import { createHash } from 'node:crypto';
import type { Alert } from '../../domain/alert.ts';
import type { Receiver } from '../../domain/receivers.ts';
import { secretOf, type AlertPorts, type Message } from './message.ts';

type Email = Extract<Receiver, { email: object }>['email'];

/** In milliseconds; the library's own are up to ten minutes. */
const LIMITS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000, dnsTimeout: 10_000 };

const SUBJECT_LIMIT = 200;

/**
 * Sends a mail by the SMTP server whose address is a secret (`smtp://user:password@host:587`), and returns its answer.
 *
 * @throws Error with what the server said
 */
export async function toEmail(ports: AlertPorts, email: Email, message: Message): Promise<string> {
  const url = URL.parse(secretOf(ports.env, email.smtpEnv));
  if (!url || !/^smtps?:$/.test(url.protocol)) throw new Error(`${email.smtpEnv} holds no smtp or smtps URL`);
  // Next to a URL the library leaves out all other options.
  for (const [name, ms] of Object.entries(LIMITS))
    if (!url.searchParams.has(name)) url.searchParams.set(name, String(ms));
  // Loaded by workers that send mail only.
  const { createTransport } = await import('nodemailer');
  const transport = createTransport(url.href, { disableFileAccess: true, disableUrlAccess: true });
  try {
    const { response, rejected } = await transport.sendMail(mailOf(email, message));
    const refused = rejected.map((to) => (typeof to === 'string' ? to : to.address));
    return refused.length === 0 ? response : `${response}, but not for ${refused.join(', ')}`;
  } finally {
    transport.close();
  }
}

/** Its id is the same when it is sent again, so that a mailbox shows it once; all mails of one incident are one thread. */
export function mailOf({ to, from }: Email, { alert, delivery }: Message) {
  const thread = idOf(alert.key, from);
  return {
    from,
    to: [...to],
    subject: subjectOf(alert),
    text: textOf(alert),
    messageId: idOf(delivery, from),
    inReplyTo: thread,
    references: thread,
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

function idOf(text: string, from: string): string {
  const domain = /@([^\s<>@]+)/.exec(from)?.[1] ?? 'slipway.invalid';
  return `<${createHash('sha256').update(text).digest('hex').slice(0, 32)}@${domain}>`;
}

function subjectOf({ status, severity, name, target, endpoint }: Alert): string {
  return `[${status === 'resolved' ? status : severity}] ${name} on ${target}/${endpoint}`.slice(0, SUBJECT_LIMIT);
}

function textOf({ status, summary, action, link, startsAt, endsAt, details = {} }: Alert): string {
  const known = Object.entries(details).map(([name, value]) => `${name}: ${value}`);
  const when = [`since ${startsAt}`, ...(status === 'resolved' && endsAt !== null ? [`until ${endsAt}`] : [])];
  const parts = [summary, action, ...(known.length > 0 ? [known.join('\n')] : []), ...(link === null ? [] : [link])];
  return `${parts.join('\n\n')}\n\n${when.join(' ')}\n`;
}
