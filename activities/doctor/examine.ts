import { setTimeout as delay } from 'node:timers/promises';
import { checkInvariants, type Finding } from '../../domain/invariants.ts';
import { compareFences, type Fence } from '../../domain/fence.ts';
import { isUnrecorded } from '../../domain/invariants/state.ts';
import { nameOf } from '../../domain/invariants/words.ts';
import { observe, isOpen, type Observed } from './observe.ts';
import { placesOf } from './places.ts';
import type { DoctorPorts, Place } from './ports.ts';
import { readUnrecorded } from './unrecorded.ts';
import { Asking } from './unreachable.ts';

/** A finding and the endpoint that it is about; `null` where it is about a part of the installation. */
export interface PlacedFinding extends Finding {
  readonly target: string | null;
  readonly endpoint: string | null;
}

export interface Examined {
  readonly observed: Observed;
  readonly findings: readonly PlacedFinding[];
}

export interface Examination {
  readonly endpoints: readonly Examined[];
  /** All findings, those about parts that do not answer first. */
  readonly findings: readonly PlacedFinding[];
}

export interface ExamineOptions {
  /** Only this endpoint; all that anybody knows of when absent. */
  readonly only?: Place;
  /** Reads every ledger from its beginning. */
  readonly whole: boolean;
  /** Called after every endpoint. */
  readonly onProgress?: (done: number, of: number) => void;
}

const AT_ONCE = 8;
/** A look that met a change is repeated, and a finding must be seen twice: what mends itself is none. */
const LOOKS = 4;
const BETWEEN_LOOKS_MS = 500;
/** A workflow task fails now and then; one that fails again and again has met a fault of ours. */
const STUCK_AFTER = 3;

/** Looks at endpoints and at what runs on them, and says what is off; changes nothing. */
export async function examine(ports: DoctorPorts, { only, whole, onProgress }: ExamineOptions): Promise<Examination> {
  const asking = new Asking();
  const places = only ? [only] : await placesOf(ports, asking);
  const endpoints: Examined[] = [];
  const waiting = [...places];
  const work = async (): Promise<void> => {
    for (let place = waiting.shift(); place; place = waiting.shift()) {
      const examined = await examineOne(ports, asking, place, whole);
      if (examined) endpoints.push(examined);
      onProgress?.(places.length - waiting.length, places.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  endpoints.sort((a, b) => (nameOf(a.observed.place) < nameOf(b.observed.place) ? -1 : 1));
  const workers = await workerFindings(ports, asking, endpoints);
  const parts = [...asking.findings, ...workers].map((finding) => ({ ...finding, target: null, endpoint: null }));
  return { endpoints, findings: [...parts, ...endpoints.flatMap(({ findings }) => findings)] };
}

async function examineOne(ports: DoctorPorts, asking: Asking, place: Place, whole: boolean): Promise<Examined | null> {
  let before: readonly PlacedFinding[] | null = null;
  for (let look = 1; look <= LOOKS; look++) {
    const observed = await observe(ports, asking, place, whole);
    if (observed) {
      const now = await findingsOf(ports, observed);
      const confirmed = before && now.filter(({ code }) => before?.some((known) => known.code === code));
      if (now.length === 0 || confirmed) return { observed, findings: confirmed ?? [] };
      before = now;
    }
    await delay(BETWEEN_LOOKS_MS);
  }
  return null;
}

async function findingsOf({ home }: DoctorPorts, { place, seen, run }: Observed): Promise<PlacedFinding[]> {
  const findings = [...checkInvariants(seen), ...runFindings(place, run), ...(await noteFindings(home, place, seen))];
  return findings.map((finding) => ({ ...finding, ...place }));
}

/** What keeps an open run from going on, or from going back. */
function runFindings(place: Place, run: Observed['run']): Finding[] {
  if (!run || !isOpen(run)) return [];
  const name = nameOf(place);
  const common = { invariant: null, repair: 'none' } as const;
  const findings: Finding[] = [];
  if (run.taskAttempts > STUCK_AFTER) {
    const message = `the ${run.type} on ${name} is stuck: its workflow task has failed ${run.taskAttempts - 1} times, so neither gates nor an abort are carried out`;
    const remedy = `the worker's log has the error; deploy a worker that replays it, or \`slipway rollback --now ${name}\``;
    findings.push({ ...common, code: 'Stuck', message, remedy });
  }
  if (run.stage === 'rollback_failed') {
    const message = `the ${run.type} on ${name} cannot restore traffic yet, and tries on`;
    const remedy = `\`slipway get ${name}\` says why; \`slipway logs ${name}\` shows stable's server`;
    findings.push({ ...common, invariant: 3, code: 'RollbackFailed', message, remedy });
  }
  return findings;
}

/** A note of a rollback that the route no longer shows: it was overtaken, and its place in the ledger is still owed. */
async function noteFindings(home: string, place: Place, seen: Observed['seen']): Promise<Finding[]> {
  if (seen.running || !seen.ledger) return [];
  const { desired } = seen;
  // That of the route in force is told by the route itself.
  const isTold = (fence: Fence) => desired && isUnrecorded(seen) && compareFences(fence, desired.fence) === 0;
  const notes = (await readUnrecorded(home, place)).filter(({ fence }) => !isTold(fence));
  return notes.map(({ rolloutId }) => ({
    invariant: 2,
    code: 'NoteWaiting',
    message: `the note of ${rolloutId}, a rollback without a workflow, is not in the ledger yet`,
    remedy: `\`slipway doctor ${nameOf(place)} --fix\``,
    repair: 'reconcile',
  }));
}

async function workerFindings(
  { workflows }: DoctorPorts,
  asking: Asking,
  all: readonly Examined[],
): Promise<Finding[]> {
  const open = all.filter(({ observed: { run } }) => run && isOpen(run)).length;
  if (open === 0) return [];
  const hasWorker = await asking.ask('Temporal', workflows && (() => workflows.hasWorker()));
  if (hasWorker !== false) return [];
  const message = `${open === 1 ? 'a rollout is' : `${open} rollouts are`} open and no worker asks for work: gates are not watched, aborts wait`;
  const remedy = '`slipway up` starts one; what was sent meanwhile is carried out then';
  return [{ invariant: null, code: 'NoWorker', message, remedy, repair: 'none' }];
}
