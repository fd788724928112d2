import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import { endpointPage } from '../../client/page/endpoint.ts';
import { isKnown } from '../../client/overview.ts';
import { html } from '../../client/page/html.ts';
import { drillKey } from '../../domain/ids.ts';
import { dossier, hostile } from '../page/dossier.ts';
import { sighting } from './fixtures.ts';

describe('the page of an endpoint', () => {
  const page = endpointPage(dossier());

  test.each([
    ['what serves, and how long it has', '90 % of live traffic on v2, 10 % of live traffic on v3.'],
    ['how much is wrong', '2 open incidents'],
    ['who has not taken an incident on', 'by nobody yet, told again 1 time'],
    ['who has, and why', 'a customer is migrating'],
    ['what to do about it', '<code>slipway ack prod-eu/fraud drift-3</code>'],
    ['when rollback was last proven, and how fast', '6d 6h ago, in 41s'],
    [
      'how the gate of a canary stands',
      '<caption> The gate now, on 1,204 requests of the candidate and 10,800 of stable </caption>',
    ],
    ['what is held against a metric', 'margin 1 %'],
    ['how far an input has drifted, against its limit', '>inputs.amount</th>'],
    [
      'how much of a limit is used',
      '310 % <meter min="0" low="0.7" high="0.999" max="1" optimum="0" value="1.000" aria-label="inputs.amount" ></meter>',
    ],
    ['what a request costs', '12 ms a request'],
    ['what has drifted less', '2 more, further from their limits'],
    ['what labels say, with intervals', '97.6 % <span class="range">97.2 % to 98 %</span>'],
    ['why a rollout ended', 'a metric is worse than stable: latency.p99 of v3 is 4.2× stable’s'],
    ['that a rollout was ended by force', '<span class="state bad">ended by force</span>'],
    ["a drill's copy by its key", `> ${drillKey('v2-bbbbbbbbbbbb')} </td>`],
    ['where the Web UI shows it', '/workflows/rollout.prod-eu.fraud/01a22a6d-d40f-78bd-afe7-f6bf6b3bbd4d"'],
    ['when the next retraining is', '0 3 * * 1 UTC, set by anna'],
  ])('says %s', (_what, said) => expect(page.replaceAll(/\s+/g, ' ')).toContain(said));

  test('tells a part that is away in its place, and all the others', () => {
    const away = { notKnown: 'the ledger cannot be read' };
    const text = endpointPage(dossier({ serving: away, production: away, runs: away }));
    expect(text.match(/Not known: the ledger cannot be read/g)).toHaveLength(3);
    expect(text).toContain('What serves is not known.');
    expect(text).toContain('2 open incidents');
  });

  test('shows an endpoint of which nothing is known yet', () => {
    const away = { notKnown: 'nobody answers' };
    const empty = endpointPage(
      dossier({
        ...{ rollout: away, monitor: away, outcomes: away, drills: [], watch: [], retraining: away, schedules: [] },
        ...{ traffic: away, production: { splits: [], reigns: [] }, runs: [], webUi: null },
        serving: { target: 'prod-eu', endpoint: 'fraud', at: '2026-11-29T12:00:00Z', serving: null, begins: null },
      }),
    );
    expect(empty).toContain('<code>slipway drill prod-eu/fraud</code>');
    expect(empty).toContain('Nothing serves here.');
  });

  test('counts a stage that was under way when its rollout was ended by force until then', () => {
    const close = { kind: 'terminated', message: '' } as const;
    const ended = sighting({ close, closedAt: '2026-03-01T12:05:30.000Z' });
    expect(endpointPage(dossier({ rollout: ended })).replaceAll(/\s+/g, ' ')).toContain('class="whole"> 5m </td>');
  });

  test('sets commands as such', () => {
    const { outcomes } = dossier();
    if (!isKnown(outcomes)) throw new Error('the fixture knows labels');
    const unlabelled = { ...outcomes, versions: outcomes.versions.map((of) => ({ ...of, quality: null })) };
    const text = endpointPage(dossier({ rollout: sighting({ status: null }), outcomes: unlabelled }));
    expect(text).toContain('<code>slipway up</code> starts one.');
    expect(text).toContain('<code>slipway outcomes push</code> sends labels.');
    expect(text).not.toContain('`');
  });
});

test.each(['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', `'><svg onload=alert(1)>`, '</style><b>'])(
  'what people and models write stays text: %s',
  (text) => {
    const page = endpointPage(hostile(text));
    expect(page).not.toContain(text);
    const { document } = parseHTML(page) as unknown as { document: Markup };
    expect(document.querySelectorAll('script, img, iframe, object, b[onload], [onerror], [onload]')).toHaveLength(0);
    expect(document.querySelectorAll('style')).toHaveLength(1);
  },
);

interface Markup {
  querySelectorAll(selector: string): ArrayLike<unknown>;
}

test('markup is filled in by escaping everything that is no markup itself', () => {
  const part = html`<b>${'<&"\'>'}</b>`;
  expect(html`${part}${[1, null, false, 'a<b']}`.markup).toBe('<b>&lt;&amp;&quot;&#39;&gt;</b>1a&lt;b');
});
