import type { ArmLine, BatchLine, CalibrationLine } from './protocol.ts';
import type { Checker } from './check.ts';
import { ANY, COUNT, MILLISECONDS, SHARE } from './check.ts';

type Fields = Readonly<Record<string, unknown>>;

export function readBatch(fields: Fields, check: Checker): BatchLine {
  return {
    t: check.number(fields['t'], 't', ANY),
    weight: check.number(fields['weight'], 'weight', SHARE),
    stable: readArm(fields['stable'], 'stable', check),
    candidate: readArm(fields['candidate'], 'candidate', check),
    ...readPaired(fields['paired'], 'paired', check),
  };
}

export function readCalibration(fields: Fields, check: Checker): CalibrationLine {
  const replicas = check.list(fields['replicas'], 'replicas', (replica, path) => readArm(replica, path, check));
  if (Array.isArray(fields['replicas']) && replicas.length === 0)
    check.fault('replicas', 'is empty: it must hold the counts of at least one replica');
  return { type: 'calibration', t: check.number(fields['t'], 't', ANY), replicas };
}

const NO_ARM: ArmLine = { n: 0, errors: 0, latencies_ms: [] };

function readArm(value: unknown, path: string, check: Checker): ArmLine {
  const fields = check.object(value, path);
  if (fields === null) return NO_ARM;
  const n = check.number(fields['n'], `${path}.n`, COUNT);
  const errors = check.part(fields['errors'], `${path}.errors`, n, `${path}.n`);
  const latencies_ms = isAbsent(fields['latencies_ms'])
    ? []
    : check.numbers(fields['latencies_ms'], `${path}.latencies_ms`, MILLISECONDS);
  if (latencies_ms.length > n)
    check.fault(`${path}.latencies_ms`, `holds ${latencies_ms.length}, more than the ${n} of ${path}.n`);
  return { n, errors, latencies_ms, ...readLabels(fields['labels'], `${path}.labels`, check) };
}

/** Labels may be more than the requests of their batch: they belong to predictions of earlier ones. */
function readLabels(value: unknown, path: string, check: Checker): Pick<ArmLine, 'labels'> {
  const fields = isAbsent(value) ? null : check.object(value, path);
  if (fields === null) return {};
  const n = check.number(fields['n'], `${path}.n`, COUNT);
  return { labels: { n, correct: check.part(fields['correct'], `${path}.correct`, n, `${path}.n`) } };
}

function readPaired(value: unknown, path: string, check: Checker): Pick<BatchLine, 'paired'> {
  const fields = isAbsent(value) ? null : check.object(value, path);
  if (fields === null) return {};
  const n = check.number(fields['n'], `${path}.n`, COUNT);
  const names = ['stable_only_wrong', 'candidate_only_wrong'] as const;
  const [stable_only_wrong, candidate_only_wrong] = names.map((name) =>
    check.part(fields[name], `${path}.${name}`, n, `${path}.n`),
  ) as [number, number];
  const discordant = stable_only_wrong + candidate_only_wrong;
  if (discordant > n && stable_only_wrong <= n && candidate_only_wrong <= n)
    check.fault(path, `has ${discordant} pairs with only one wrong answer, more than the ${n} of ${path}.n`);
  return { paired: { n, stable_only_wrong, candidate_only_wrong } };
}

/** Writers in other languages spell an absent value as null. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}
