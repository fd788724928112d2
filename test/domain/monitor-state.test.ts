import { describe, expect, test } from 'vitest';
import { planMonitor, type Finding, type MonitorPlan, type MonitorSpec } from '../../domain/monitor.ts';
import { acknowledge, afterChange, afterResponse, afterWindow, NO_TROUBLE } from '../../domain/monitor-state.ts';

const WINDOW_MS = 300_000;
const ERRORS = finding({ severity: 'critical' });

describe('an incident', () => {
  test('opens at once on a critical finding, and is told once however long it lasts', () => {
    const monitor = watch();
    expect(monitor.see(ERRORS)).toEqual(['opened errors-1']);
    expect(times(10, () => monitor.see(ERRORS))).toEqual([]);
  });

  test('opens on a warning only when the next window shows it too', () => {
    const monitor = watch();
    expect(monitor.see(finding())).toEqual([]);
    expect(monitor.see()).toEqual([]);
    expect(monitor.see(finding())).toEqual([]);
    expect(monitor.see(finding())).toEqual(['opened errors-1']);
  });

  test('is told again when it gets worse, and not when it gets better', () => {
    const monitor = watch();
    monitor.see(finding());
    monitor.see(finding());
    expect(monitor.see(ERRORS)).toEqual(['worse errors-1']);
    expect(monitor.see(finding())).toEqual([]);
  });

  test('is told again when it has spread to as many features again or to others, and whoever took it on took on less', () => {
    const monitor = watch();
    const drift = (...features: string[]) =>
      finding({ kind: 'drift', subject: 'inputs', severity: 'critical', features });
    expect(monitor.see(drift('a'))).toEqual(['opened drift-1']);
    monitor.acknowledge('drift-1');
    expect(monitor.see(drift('a'))).toEqual([]);
    expect(monitor.see(drift('b'))).toEqual(['worse drift-1']);
    expect(monitor.state.incidents[0]?.acknowledged).toBeNull();
    expect(monitor.see(drift('a', 'b'))).toEqual([]);
    expect(monitor.see(drift('a', 'b', 'c'))).toEqual([]);
    expect(monitor.see(drift('a', 'b', 'c', 'd'))).toEqual(['worse drift-1']);
    expect(monitor.see(drift('e'))).toEqual(['worse drift-1']);
    expect(monitor.see(drift('a', 'b', 'c', 'd', 'e'))).toEqual([]);
  });

  test('of one feature, as earlier releases had it, goes on as that of all', () => {
    const monitor = watch();
    const old = (subject: string) => finding({ kind: 'input_quality', subject, severity: 'critical' });
    monitor.see(old('inputs.age (missing)'), old('inputs.my (odd) one (missing)'));
    monitor.acknowledge('input_quality-1');
    const missing = { ...old('inputs (missing)'), features: ['inputs.age', 'inputs.my (odd) one'] };
    expect(times(5, () => monitor.see(missing))).toEqual([]);
    expect(monitor.state.incidents.map(({ acknowledged }) => acknowledged !== null)).toEqual([true, false]);
    expect(times(3, () => monitor.see())).toEqual(['recovered input_quality-1', 'recovered input_quality-2']);
  });

  test('is over after three windows without it, and not while any of them shows it', () => {
    const monitor = watch();
    monitor.see(ERRORS);
    monitor.see();
    monitor.see();
    monitor.see(ERRORS);
    expect([monitor.see(), monitor.see(), monitor.see()]).toEqual([[], [], ['recovered errors-1']]);
    expect(monitor.state.incidents).toEqual([]);
  });

  test('does not end in windows that nobody judged', () => {
    const monitor = watch();
    monitor.see(ERRORS);
    for (let window = 0; window < 5; window++) expect(monitor.skip()).toEqual([]);
    expect(monitor.state.incidents).toHaveLength(1);
  });

  test('is not over because there is nothing to be seen: silence ends no incident but its own', () => {
    const monitor = watch();
    const silence = finding({ kind: 'silence', subject: 'requests' });
    monitor.see(ERRORS);
    monitor.see(silence);
    expect(times(5, () => monitor.see(silence))).toEqual(['opened silence-2']);
    expect(times(3, () => monitor.see())).toEqual(['recovered errors-1', 'recovered silence-2']);
  });

  test('that comes back within the hour is the same one, and must then stay away for twice as long', () => {
    const monitor = watch();
    monitor.see(ERRORS);
    for (let window = 0; window < 3; window++) monitor.see();
    expect(monitor.see(ERRORS)).toEqual(['again errors-1']);
    expect(times(6, () => monitor.see())).toEqual(['recovered errors-1']);
  });

  test('that comes back after more than an hour is another one', () => {
    const monitor = watch();
    monitor.see(ERRORS);
    for (let window = 0; window < 16; window++) monitor.see();
    expect(monitor.see(ERRORS)).toEqual(['opened errors-2']);
  });

  test('that flutters for a day is told a few times, not every quarter of an hour', () => {
    const monitor = watch({ escalateAfter: '30d' });
    const told = times(288, (window) => monitor.see(...(window % 4 === 0 ? [ERRORS] : [])));
    expect(told.length).toBeLessThanOrEqual(4);
  });

  test('belongs to its subject: two of them are two incidents', () => {
    const monitor = watch();
    const other = finding({ kind: 'latency', subject: 'p99', severity: 'critical' });
    expect(monitor.see(ERRORS, other)).toEqual(['opened errors-1', 'opened latency-2']);
  });
});

describe('escalation', () => {
  test('comes when nobody acknowledges, as critical, and after waits that double up to a day', () => {
    const monitor = watch();
    const slow = finding();
    monitor.see(slow);
    monitor.see(slow);
    const at = times(3 * 288, (window) =>
      monitor.see(slow).map((told) => `${told} ${((window + 1) * WINDOW_MS) / 3_600_000} h`),
    );
    expect(at.slice(0, 4)).toEqual([1, 3, 7, 15].map((hours) => `escalated errors-1 ${hours} h`));
    expect(at).toHaveLength(6);
    expect(monitor.state.incidents[0]?.severity).toBe('critical');
  });

  test('goes on in windows that nobody judged', () => {
    const monitor = watch();
    monitor.see(ERRORS);
    expect(times(12, () => monitor.skip())).toEqual(['escalated errors-1']);
  });

  test('ends with the acknowledgement, and begins anew when the incident comes back', () => {
    const monitor = watch();
    monitor.see(ERRORS);
    monitor.acknowledge('errors-1');
    expect(times(100, () => monitor.see(ERRORS))).toEqual([]);
    for (let window = 0; window < 3; window++) monitor.see();
    expect(monitor.see(ERRORS)).toEqual(['again errors-1']);
    expect(times(12, () => monitor.see(ERRORS))).toEqual(['escalated errors-1']);
  });
});

describe('an acknowledgement', () => {
  test('without a name is of all that is open; of what is not, it changes nothing', () => {
    const monitor = watch();
    monitor.see(ERRORS, finding({ subject: 'rejected', severity: 'critical' }));
    monitor.acknowledge('errors-9');
    expect(monitor.state.incidents.map(({ acknowledged }) => acknowledged)).toEqual([null, null]);
    monitor.acknowledge();
    expect(monitor.state.incidents.map(({ acknowledged }) => acknowledged?.by)).toEqual(['ada', 'ada']);
  });

  test('keeps who was first', () => {
    const state = acknowledge(watched().state, { by: 'ada', reason: '' }, '2026-01-01T00:00:00Z');
    const later = acknowledge(state, { by: 'bob', reason: '' }, '2026-01-02T00:00:00Z');
    expect(later.incidents[0]?.acknowledged).toMatchObject({ by: 'ada' });
  });
});

describe('the policy of a finding', () => {
  test('is to tell, and nothing else, where the specification says nothing', () => {
    expect(watch().see(ERRORS)).toEqual(['opened errors-1']);
  });

  test('may be to go back, which is asked for until it was done, and once a promotion', () => {
    const monitor = watch({ policy: { errors: 'rollback' } });
    expect(monitor.see(ERRORS)).toEqual(['opened errors-1', 'rollback errors-1']);
    expect(monitor.see(ERRORS)).toEqual(['rollback errors-1']);
    monitor.state = { ...monitor.state, wentBack: true };
    expect(monitor.see(ERRORS)).toEqual([]);
  });

  test('may be to train anew: one training for all that asks for it, and once for each incident', () => {
    const monitor = watch({ policy: { errors: 'retrain', latency: 'retrain' } });
    const slow = finding({ kind: 'latency', subject: 'p99', severity: 'critical' });
    expect(monitor.see(ERRORS, slow)).toEqual(['opened errors-1', 'opened latency-2', 'retrain errors-1,latency-2']);
    monitor.state = afterResponse(monitor.state, monitor.state.incidents, 'a retraining has begun');
    expect(monitor.see(ERRORS, slow)).toEqual([]);
    expect(monitor.state.wentBack, 'which keeps nobody from going back').toBe(false);
  });

  test('is of its kind alone, and not carried out behind the back of whoever has taken the incident on', () => {
    const monitor = watch({ policy: { latency: 'rollback' } });
    expect(monitor.see(ERRORS)).toEqual(['opened errors-1']);
    const taken = watch({ policy: { errors: 'rollback' } });
    taken.see(ERRORS);
    taken.acknowledge();
    expect(taken.see(ERRORS)).toEqual([]);
  });
});

test('when another version serves, what was wrong with the one before is over, and numbers go on', () => {
  const monitor = watched();
  const { state, acts } = afterChange(monitor.state, 'replaced');
  expect(acts.map((act) => act.act === 'tell' && `${act.why} ${act.incident.id}`)).toEqual(['replaced errors-1']);
  monitor.state = state;
  expect(monitor.see(ERRORS)).toEqual(['opened errors-2']);
});

function finding(change: Partial<Finding> = {}): Finding {
  return {
    kind: 'errors',
    subject: 'errors',
    severity: 'warning',
    summary: '3 % of requests failed',
    value: 0.03,
    limit: 0.01,
    ...change,
  };
}

/** A monitor over windows of five minutes that tells what it would do. */
function watch(spec: MonitorSpec = {}) {
  const plan = planMonitor(spec, { errorRate: 0.05, p99Ms: null }) as MonitorPlan;
  let now = Date.parse('2026-01-01T00:00:00Z');
  const at = () => new Date((now += WINDOW_MS)).toISOString();
  const decide = (findings: readonly Finding[] | null) => {
    const decided = afterWindow(monitor.state, { at: at(), version: 'v1', findings }, plan);
    monitor.state = decided.state;
    return decided.acts.map((act) => {
      const about = act.act === 'retrain' ? act.incidents.map(({ id }) => id).join() : act.incident.id;
      return `${act.act === 'tell' ? act.why : act.act} ${about}`;
    });
  };
  const monitor = {
    state: NO_TROUBLE,
    see: (...findings: Finding[]) => decide(findings),
    skip: () => decide(null),
    acknowledge(incident?: string) {
      const request = { by: 'ada', reason: 'looking', ...(incident !== undefined && { incident }) };
      monitor.state = acknowledge(monitor.state, request, new Date(now).toISOString());
    },
  };
  return monitor;
}

function watched() {
  const monitor = watch();
  monitor.see(ERRORS);
  return monitor;
}

function times(count: number, look: (window: number) => string[]): string[] {
  return Array.from({ length: count }, (_, window) => look(window)).flat();
}
