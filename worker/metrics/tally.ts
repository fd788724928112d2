import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { Activities } from '../../activities/index.ts';
import type { Deps } from '../../activities/deps.ts';
import { series, type Family, type Series } from '../../domain/exposition.ts';
import { WORKER_METRICS } from '../../domain/metrics/worker.ts';
import { Measured } from './measured.ts';

type Watching = NonNullable<Deps['watching']>;
type Watched = Parameters<Watching>[0];
type Request<Name extends keyof Activities> = Parameters<Activities[Name]>[0];
type Answer<Name extends keyof Activities> = Awaited<ReturnType<Activities[Name]>>;

/** Counts what the activities of this worker come to, and knows which gates they watch. */
export class Tally {
  readonly #ended = new Counts(WORKER_METRICS.ended);
  readonly #verdicts = new Counts(WORKER_METRICS.verdicts);
  readonly #windows = new Counts(WORKER_METRICS.windows);
  readonly #alerts = new Counts(WORKER_METRICS.alerts);
  readonly #measured = new Measured();
  readonly #watches = new Map<object, () => readonly [Watched, number]>();

  readonly delivered: NonNullable<Deps['delivered']> = (receiver, isDelivered) =>
    this.#alerts.add({ receiver, result: isDelivered ? 'delivered' : 'failed' });

  readonly watching: Watching = (watched, lastSeen) => {
    const key = {};
    this.#watches.set(key, () => [watched, lastSeen() / 1_000]);
    return () => void this.#watches.delete(key);
  };

  /** For every activity of the worker; only what succeeded counts, so that a repeated attempt does not count twice. */
  readonly interceptor: ActivityInterceptorsFactory = ({ info }) => ({
    inbound: {
      execute: async (input, next) => {
        const answer: unknown = await next(input);
        this.#count(info.activityType, input.args[0], answer);
        return answer;
      },
    },
  });

  read(): Series[] {
    const sighted = [...this.#watches.values()].map((look) => look());
    return [
      this.#ended.read(),
      this.#verdicts.read(),
      this.#windows.read(),
      this.#measured.read(Date.now()),
      this.#alerts.read(),
      series(WORKER_METRICS.sighted, oldestByLabels(sighted)),
    ];
  }

  #count(activity: string, request: unknown, answer: unknown): void {
    if (activity === ('publishOutcome' satisfies keyof Activities)) {
      const { facts, outcome } = request as Request<'publishOutcome'>;
      this.#ended.add({ target: facts.plan.target, endpoint: facts.plan.endpoint, outcome });
    }
    if (activity === ('examineWindow' satisfies keyof Activities)) {
      const asked = request as Request<'examineWindow'>;
      const { target, endpoint } = asked;
      const { unjudged, measures } = answer as Answer<'examineWindow'>;
      this.#windows.add({ target, endpoint, result: unjudged === null ? 'judged' : 'unjudged' });
      if (measures) this.#measured.set(asked, measures, Date.now());
    }
    if (activity === ('watchGate' satisfies keyof Activities)) {
      const { target, endpoint, question } = request as Request<'watchGate'>;
      const { decision } = (answer as Answer<'watchGate'>).verdict;
      this.#verdicts.add({ target, endpoint, stage: question.stage, decision });
    }
  }
}

/** Counters by their labels. */
class Counts<Label extends string> {
  readonly #family: Family<Label>;
  readonly #counts = new Map<string, { readonly labels: Readonly<Record<Label, string>>; count: number }>();

  constructor(family: Family<Label>) {
    this.#family = family;
  }

  add(labels: Readonly<Record<Label, string>>): void {
    const key = JSON.stringify(labels);
    const known = this.#counts.get(key);
    if (known) known.count += 1;
    else this.#counts.set(key, { labels, count: 1 });
  }

  read(): Series {
    return series(
      this.#family,
      [...this.#counts.values()].map(({ labels, count }) => [labels, count] as const),
    );
  }
}

/** Two attempts at one watch may overlap for a moment, and Prometheus takes no labels twice. */
function oldestByLabels(all: readonly (readonly [Watched, number])[]): (readonly [Watched, number])[] {
  const byLabels = new Map<string, readonly [Watched, number]>();
  for (const [watched, at] of all) {
    const key = JSON.stringify(watched);
    if (at < (byLabels.get(key)?.[1] ?? Infinity)) byLabels.set(key, [watched, at]);
  }
  return [...byLabels.values()];
}
