import { list, object, text } from './schema-parts.ts';
import { EMAIL_PATTERN, SECRET_ENV_PATTERN, SENDER_PATTERN } from './patterns.ts';

const secret = (what: string, example: string) =>
  text(
    `Variable of the worker's environment that holds ${what}, never the secret itself.`,
    example,
    SECRET_ENV_PATTERN,
  );

/** Exactly one kind each; see `receiverFaults`. */
export const receivers = list(
  'Who is told how rollouts end and what goes wrong; see docs/alerts.md.',
  object('One receiver: a webhook, an Alertmanager, a Slack channel, a PagerDuty service or mail.', {
    webhook: text('Gets each alert by POST, as JSON.', 'https://hooks.example.com/slipway'),
    secretEnv: secret('the secret that signs what the webhook gets', 'SLIPWAY_WEBHOOK_SECRET'),
    alertmanager: text('Address of an Alertmanager; it is told of problems only.', 'http://alertmanager:9093'),
    slack: object(
      'A channel of Slack, or of what takes the same messages.',
      { urlEnv: secret("the address of the channel's incoming webhook", 'SLACK_WEBHOOK_URL') },
      ['urlEnv'],
    ),
    pagerduty: object(
      'A service of PagerDuty.',
      {
        routingKeyEnv: secret("the service's integration key", 'PAGERDUTY_ROUTING_KEY'),
        url: {
          ...text('Where its Events API is.', 'https://events.eu.pagerduty.com'),
          default: 'https://events.pagerduty.com',
        },
      },
      ['routingKeyEnv'],
    ),
    email: object(
      'Mail.',
      {
        to: list('Who gets it.', text('An address.', 'ops@example.com', EMAIL_PATTERN), ['ops@example.com'], {
          minItems: 1,
          uniqueItems: true,
        }),
        from: text('Who it comes from.', 'Slipway <slipway@example.com>', SENDER_PATTERN),
        smtpEnv: secret('the mail server as smtp://user:password@host:587, or smtps://', 'SMTP_URL'),
      },
      ['to', 'from', 'smtpEnv'],
    ),
  }),
  [{ webhook: 'https://hooks.example.com/slipway' }],
  { default: [] },
);
