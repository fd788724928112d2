import { expect, test } from 'vitest';
import { houseAlerts, type HouseFinding, type HouseMemory } from '../../domain/house-alerts.ts';

const GONE: HouseFinding = {
  ...{ code: 'EndpointMissing', target: 'local', endpoint: 'digits' },
  ...{ message: 'the target has no such endpoint', remedy: 'restore the state folder' },
};
const AWAY: HouseFinding = { ...GONE, code: 'Unreachable', target: null, endpoint: null, message: 'MLflow is away' };

test('what one round meets and the next does not has been mended, and calls nobody', () => {
  expect(rounds([], [GONE], [], [GONE], [])).toEqual([[], [], [], [], []]);
});

test('what a second round meets calls people once, and once again when it is over', () => {
  const told = rounds([GONE], [GONE], [GONE], [GONE, AWAY], [AWAY], []);
  expect(told).toEqual([
    [],
    ['firing janitor:EndpointMissing:local:digits'],
    [],
    [],
    ['firing janitor:Unreachable:all:all', 'resolved janitor:EndpointMissing:local:digits'],
    ['resolved janitor:Unreachable:all:all'],
  ]);
});

test('an alert says where, what and what to do, and its end keeps all that it is known by', () => {
  const { open, told } = houseAlerts({ findings: [GONE] }, [GONE], '2026-11-29T10:00:00Z');
  expect(told).toMatchObject([
    {
      ...{ severity: 'critical', name: 'EndpointMissing', startsAt: '2026-11-29T10:00:00Z', endsAt: null },
      summary: 'local/digits: the target has no such endpoint',
      action: 'To be done: restore the state folder.',
    },
  ]);
  const { told: end } = houseAlerts({ findings: [GONE], open }, [], '2026-11-29T11:00:00Z');
  expect(end).toMatchObject([{ status: 'resolved', endsAt: '2026-11-29T11:00:00Z', severity: 'critical' }]);
  expect(end[0]?.key).toBe(told[0]?.key);
});

/** What people are told after each round, by what each finds. */
function rounds(...found: HouseFinding[][]): string[][] {
  let memory: HouseMemory | null = null;
  return found.map((findings) => {
    const { open, told } = houseAlerts(memory, findings, '2026-11-29T10:00:00Z');
    memory = { findings, open };
    return told.map(({ status, key }) => `${status} ${key}`);
  });
}
