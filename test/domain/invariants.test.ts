import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkInvariants, type ChainedEntry, type EndpointObservation } from '../../domain/invariants.ts';
import { byHandLabel } from '../../domain/invariants/words.ts';
import { NO_FENCE } from '../../domain/fence.ts';
import { EMPTY_ROUTE, splitRoute, wholeRoute } from '../../domain/route.ts';
import { EndpointHistory, otherNumber, type Ending } from '../support/endpoint-history.ts';

const ENDINGS = ['promoted', 'rolled_back', 'aborted in build'] as const satisfies Ending[];

/** Any past that ended in order, with a version that serves. */
const history = fc
  .array(fc.constantFrom(...ENDINGS), { maxLength: 8 })
  .map((endings) => played('promoted', ...endings));

const codes = (seen: EndpointObservation) => checkInvariants(seen).map(({ code }) => code);
const OTHER = 'v99-999999999999';

test('an endpoint that nobody ever rolled out to has no finding', () => {
  expect(checkInvariants(new EndpointHistory().seen())).toEqual([]);
});

test('whatever rollouts ended in order, the endpoint has no finding', () => {
  fc.assert(
    fc.property(history, (past) => {
      expect(checkInvariants(past.seen())).toEqual([]);
    }),
  );
});

describe('whatever came before, a single place that disagrees is found', () => {
  const serving = (past: EndpointHistory) => past.stable?.key ?? '';
  const perturbed: Record<string, (past: EndpointHistory) => Partial<EndpointObservation>> = {
    'measured traffic': () => ({ measured: { [OTHER]: 3 } }),
    'the programmed route': (past) => ({ programmed: { fence: past.fence, route: wholeRoute(OTHER) } }),
    'the fence of the programmed route': (past) => ({
      programmed: { fence: { ...past.fence, sequence: past.fence.sequence - 1 }, route: past.route },
    }),
    'the desired route, moved away': (past) => ({
      desired: { fence: past.fence, route: wholeRoute(OTHER) },
      programmed: { fence: past.fence, route: wholeRoute(OTHER) },
    }),
    'the desired route, split': (past) => {
      const route = splitRoute(serving(past), OTHER, 1);
      return { desired: { fence: past.fence, route }, programmed: { fence: past.fence, route } };
    },
    'a fence that the ledger does not know': (past) => {
      const fence = { ...past.fence, sequence: past.fence.sequence + 1 };
      return { desired: { fence, route: past.route }, programmed: { fence, route: past.route } };
    },
    'a fence that was set back': (past) => {
      const fence = { epoch: 0, sequence: 1 };
      return { desired: { fence, route: past.route }, programmed: { fence, route: past.route } };
    },
    'the alias': (past) => ({ alias: { name: 'champion', version: otherNumber(serving(past)) } }),
    'the alias, taken away': () => ({ alias: { name: 'champion', version: null } }),
    'a hash of the ledger': (past) => ({
      ledger: { rows: past.rows, isExcerpt: false, broken: { seq: 1, detail: 'row 1 was changed' } },
    }),
  };
  test.each(Object.entries(perturbed))('%s', (_, change) => {
    fc.assert(
      fc.property(history, (past) => {
        expect(codes(past.seen(change(past)))).not.toEqual([]);
      }),
    );
  });

  test('any row of the ledger that is missing', () => {
    fc.assert(
      fc.property(history, fc.nat(), (past, at) => {
        const rows = past.rows.toSpliced(at % past.rows.length, 1);
        expect(codes(past.seen({ ledger: { rows, isExcerpt: false, broken: null } }))).not.toEqual([]);
      }),
    );
  });
});

describe('the ledger', () => {
  const withRow = (change: (row: ChainedEntry) => ChainedEntry, reason: string) => {
    const past = played('promoted', 'rolled_back');
    return past.seen({
      ledger: {
        rows: past.rows.map((row) => (row.reason === reason ? change(row) : row)),
        isExcerpt: false,
        broken: null,
      },
    });
  };

  test('must say that every route was read back', () => {
    const seen = withRow((row) => ({ ...row, detail: { ...row.detail, programmed: null } }), 'TrafficShifted');
    expect(codes(seen)).toContain('LedgerBroken');
  });

  test('must not use a fence twice for different routes', () => {
    const seen = withRow((row) => ({ ...row, detail: { ...row.detail, fence: '2.1' } }), 'TrafficShifted');
    expect(
      checkInvariants(seen)
        .map(({ message }) => message)
        .join(),
    ).toContain('under one fence 2.1');
  });

  test('may be an excerpt that begins within a rollout', () => {
    const past = played('promoted', 'promoted');
    expect(codes(past.seen({ ledger: { rows: past.rows.slice(3), isExcerpt: true, broken: null } }))).toEqual([]);
  });

  test('may have entries of the watch anywhere between those of rollouts', () => {
    fc.assert(
      fc.property(history, fc.nat(), fc.nat(), (past, at, cut) => {
        const own = { rolloutId: 'monitor.local.digits.1a2b3c4d', step: 'monitor', stage: 'done', detail: {} } as const;
        const place = at % past.rows.length;
        const [head, tail] = [past.rows.slice(0, place), past.rows.slice(place)];
        const next = past.rows[place];
        const noted = next && { ...next, ...own, reason: 'IncidentOpened' as const, rolloutSequence: 7 };
        const rows = [...head, ...(noted ? [noted] : []), ...tail].map((row, index) => ({
          ...{ ...row, seq: index + 1, prevHash: `hash of ${index}`, hash: `hash of ${index + 1}` },
        }));
        const begun = rows.slice(cut % (place + 1));
        const isExcerpt = begun.length < rows.length;
        const found = codes(past.seen({ ledger: { rows: begun, isExcerpt, broken: null } }));
        const without = past.seen({ ledger: { rows: past.rows.slice(cut % (place + 1)), isExcerpt, broken: null } });
        expect(found).toEqual(codes(without));
      }),
    );
  });

  test('of a rollout that went back must hold the row of its restored traffic', () => {
    const past = played('promoted', 'rolled_back');
    const seen = past.seen({
      ledger: {
        rows: past.rows.map((row) => (row.reason === 'TrafficRestored' ? { ...row, reason: 'Paused' as const } : row)),
        isExcerpt: false,
        broken: null,
      },
    });
    expect(codes(seen)).toContain('NotRestored');
  });
});

describe('a rollout that was ended by force', () => {
  const closed = { status: 'TERMINATED', outcome: null };

  test('with traffic on its candidate is rolled back to the version it found', () => {
    const past = played('promoted', 'terminated in the canary');
    expect(checkInvariants(past.seen({ closed }))).toContainEqual(
      expect.objectContaining({ invariant: 3, code: 'DeadWithTraffic', repair: 'rollback', belongs: past.stable?.key }),
    );
  });

  test('before it moved any traffic leaves only its books to be closed', () => {
    const findings = checkInvariants(played('promoted', 'terminated in build').seen({ closed }));
    expect(findings).toEqual([expect.objectContaining({ code: 'LedgerOpen', repair: 'reconcile' })]);
  });

  test('with nothing to go back to is left to a person', () => {
    const findings = checkInvariants(played('terminated in the canary').seen({ closed }));
    expect(findings).toContainEqual(expect.objectContaining({ code: 'DeadWithTraffic', repair: 'none' }));
  });

  test('is no finding while it still runs', () => {
    const past = played('promoted', 'terminated in the canary');
    expect(checkInvariants(past.seen({ running: { type: 'rollout', rolloutId: 'local.digits.2' } }))).toEqual([]);
  });
});

describe('a rollback without a workflow', () => {
  const takenOver = (past: EndpointHistory): Partial<EndpointObservation> => {
    const fence = { epoch: 1_000, sequence: 1 };
    const desired = { fence, route: wholeRoute(OTHER), label: byHandLabel('local.digits.1000') };
    return { desired, programmed: desired, measured: { [OTHER]: 5 }, running: null, alias: past.seen().alias };
  };

  test('is written down, never undone', () => {
    fc.assert(
      fc.property(history, (past) => {
        const repairs = checkInvariants(past.seen(takenOver(past))).map(({ repair }) => repair);
        expect(repairs).toEqual(['reconcile']);
      }),
    );
  });

  test('of a rollout that was then terminated is not undone either', () => {
    const past = played('promoted', 'terminated in the canary');
    const repairs = checkInvariants(past.seen(takenOver(past))).map(({ repair }) => repair);
    expect(new Set(repairs)).toEqual(new Set(['reconcile']));
  });

  test('ends the rollout from which it took the route', () => {
    const past = played('promoted', 'terminated in the canary');
    const running = { type: 'rollout', rolloutId: 'local.digits.2' };
    expect(checkInvariants(past.seen({ ...takenOver(past), running }))).toEqual([
      expect.objectContaining({ invariant: 5, code: 'Overtaken', repair: 'abort' }),
    ]);
  });
});

test('a route that a stranger moved is brought back to the version that the ledger names', () => {
  const past = played('promoted');
  const stray = { fence: { epoch: 7, sequence: 1 }, route: wholeRoute(OTHER), label: 'somebody' };
  const findings = checkInvariants(past.seen({ desired: stray, programmed: stray }));
  expect(findings).toContainEqual(expect.objectContaining({ repair: 'rollback', belongs: past.stable?.key }));
  expect(findings.filter(({ repair }) => repair === 'reconcile')).toEqual([]);
});

test('a target that was set back behind the ledger is brought above it again, by a rollback to what serves', () => {
  const past = played('promoted', 'promoted');
  const old = { fence: { epoch: 1, sequence: 2 }, route: past.route, label: past.label };
  expect(checkInvariants(past.seen({ desired: old, programmed: old }))).toEqual([
    expect.objectContaining({ invariant: 5, code: 'FenceBehind', repair: 'rollback', belongs: past.stable?.key }),
  ]);
});

test('an endpoint that its target has lost is told, and nothing is started for it', () => {
  const nothing = { fence: NO_FENCE, route: EMPTY_ROUTE };
  for (const past of [played('promoted'), played('promoted', 'terminated in the canary')]) {
    const findings = checkInvariants(past.seen({ desired: nothing, programmed: nothing }));
    expect(findings).toContainEqual(expect.objectContaining({ code: 'EndpointMissing' }));
    expect(findings.filter(({ repair }) => repair === 'rollback')).toEqual([]);
  }
});

test('what could not be read is not judged', () => {
  const past = played('promoted', 'terminated in the canary');
  const away = { desired: null, programmed: null, measured: null, alias: null, ledger: null };
  expect(checkInvariants(past.seen(away))).toEqual([]);
});

test('every finding says what to do', () => {
  const past = played('promoted', 'terminated in the canary');
  const stray = { fence: { epoch: 7, sequence: 1 }, route: wholeRoute(OTHER) };
  for (const { message, remedy } of checkInvariants(past.seen({ desired: stray, measured: { [OTHER]: 1, x: 2 } }))) {
    expect(message).toMatch(/digits/);
    expect(remedy).toMatch(/`slipway /);
  }
});

function played(...endings: Ending[]): EndpointHistory {
  const past = new EndpointHistory();
  for (const ending of endings) past.rollout(ending);
  return past;
}
