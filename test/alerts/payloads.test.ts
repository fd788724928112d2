import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { alertmanagerAlert } from '../../activities/alerts/alertmanager.ts';
import { pagerDutyChange, pagerDutyEvent } from '../../activities/alerts/pagerduty.ts';
import { slackMessage } from '../../activities/alerts/slack.ts';
import { FIRING, RESOLVED } from './samples.ts';

const ajv = new Ajv({ allErrors: true, formats: { 'date-time': (text: string) => !Number.isNaN(Date.parse(text)) } });
const NOW = new Date('2026-11-29T10:30:00Z');
const text = { type: 'string', minLength: 1 } as const;
const link = { type: 'object', properties: { href: text, text }, required: ['href'], additionalProperties: false };

/** `postableAlert` of Alertmanager's API v2, with what it checks in code: names of labels, and values that are not empty. */
const POSTABLE_ALERT = {
  type: 'object',
  properties: {
    startsAt: { type: 'string', format: 'date-time' },
    endsAt: { type: 'string', format: 'date-time' },
    labels: labelSet(text),
    annotations: labelSet({ type: 'string' }),
    generatorURL: text,
  },
  required: ['labels'],
  additionalProperties: false,
};

/** The body of `POST /v2/enqueue` of PagerDuty's Events API v2, less the routing key. */
const EVENT = {
  type: 'object',
  properties: {
    event_action: { enum: ['trigger', 'acknowledge', 'resolve'] },
    dedup_key: { type: 'string', maxLength: 255 },
    client: text,
    client_url: text,
    links: { type: 'array', items: link },
    payload: {
      type: 'object',
      properties: {
        summary: { type: 'string', maxLength: 1024 },
        source: text,
        severity: { enum: ['critical', 'warning', 'error', 'info'] },
        timestamp: { type: 'string', format: 'date-time' },
        ...{ component: text, group: text, class: text, custom_details: { type: 'object' } },
      },
      required: ['summary', 'source', 'severity'],
      additionalProperties: false,
    },
  },
  required: ['event_action', 'payload'],
  additionalProperties: false,
};

/** The body of `POST /v2/change/enqueue`, less the routing key. */
const CHANGE = {
  type: 'object',
  properties: {
    payload: {
      type: 'object',
      properties: {
        summary: { type: 'string', maxLength: 1024 },
        source: text,
        timestamp: { type: 'string', format: 'date-time' },
        custom_details: { type: 'object' },
      },
      required: ['summary'],
      additionalProperties: false,
    },
    links: { type: 'array', items: link },
  },
  required: ['payload'],
  additionalProperties: false,
};

test('Alertmanager knows the end of an incident by the labels of its beginning', () => {
  const [firing, resolved] = [alertmanagerAlert(FIRING, NOW), alertmanagerAlert(RESOLVED, NOW)];
  expect([faults(POSTABLE_ALERT, firing), faults(POSTABLE_ALERT, resolved)]).toEqual([[], []]);
  expect(resolved.labels).toEqual(firing.labels);
  expect(firing.labels).toMatchObject({ alertname: 'FeatureDrift', severity: 'warning', endpoint: 'digits' });
  expect(firing.annotations).toMatchObject({ description: FIRING.action, psi: '0.4' });
  // It goes on until it is said to be over, though Alertmanager by itself would end it after five minutes.
  expect(Date.parse(firing.endsAt) - NOW.getTime()).toBeGreaterThan(86_400_000);
  expect(resolved.endsAt).toBe(RESOLVED.endsAt);
});

test('PagerDuty opens and closes one incident, and takes news as a change', () => {
  const long = { ...FIRING, key: 'k'.repeat(300), summary: 's'.repeat(2000) };
  for (const alert of [FIRING, RESOLVED, long, { ...FIRING, link: null, model: null }]) {
    expect(faults(EVENT, pagerDutyEvent(alert))).toEqual([]);
    expect(faults(CHANGE, pagerDutyChange(alert))).toEqual([]);
  }
  expect([FIRING, RESOLVED].map((alert) => pagerDutyEvent(alert).event_action)).toEqual(['trigger', 'resolve']);
  expect(pagerDutyEvent(RESOLVED).dedup_key).toBe(pagerDutyEvent(FIRING).dedup_key);
});

test('a Slack message has a text, no markup of strangers, the page and what to do', () => {
  const { text: line, attachments } = slackMessage(FIRING);
  expect(line).toBe('local/digits: feature &lt;age&gt; drifted &amp; stays away');
  expect(attachments).toMatchObject([{ text: FIRING.action, title_link: FIRING.link, color: '#e67e22' }]);
  expect(slackMessage(RESOLVED)).toMatchObject({
    text: expect.stringMatching(/^Resolved: /) as string,
    attachments: [{ title: 'FeatureDrift on local/digits is over', color: '#27ae60' }],
  });
});

function labelSet(value: object) {
  return { type: 'object', propertyNames: { pattern: '^[a-zA-Z_][a-zA-Z0-9_]*$' }, additionalProperties: value };
}

function faults(schema: object, value: unknown): unknown[] {
  const validate = ajv.compile(schema);
  return validate(value) ? [] : (validate.errors ?? []);
}
