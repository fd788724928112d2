import type { Boundary, Instruction, When } from '../inject/boundary.ts';
import type { Case, Component, Point } from './cases.ts';
import { answerOf } from './answer-of.ts';
import { EndpointWorld } from './endpoint-world.ts';
import type { Path } from './paths.ts';
import { Places } from './places.ts';
import { STABLE } from './versions.ts';
import { PORT_OF, type Answer, type WorldCall } from './world-call.ts';

/** A refused connection is refused this often, a reset one once. */
const REFUSALS = 2;
/** Ten times what the slowest call takes on a busy machine. */
const SLOW_MS = 1_000;

/** How soon a rollout went on after a fault. */
export interface Recovery {
  /** When the fault was over, in milliseconds since 1970; `null` until it is. */
  endedAt: number | null;
  /** From then to the next activity of this rollout that came to its end. */
  recoveryMs: number | null;
}

/** A fault that waits for a rollout, and what it has done so far. */
interface Strike extends Recovery {
  readonly given: Case;
  hits: number;
}

/** One rollout of the campaign on its own endpoint, and the faults that wait for it: one of a process, or several of calls. */
export class Play {
  readonly endpoint: string;
  readonly path: Path;
  readonly strikes: readonly Strike[];
  readonly world = new EndpointWorld(STABLE);
  /** Every point that it came by, in order, each once. */
  readonly points: Point[] = [];
  /** The attempt that stands at the point of a process fault. */
  parked: Boundary | null = null;
  readonly whenParked: Promise<void>;
  /** Sends the path's message. */
  send: (signal: 'abort' | 'supersede') => void = () => undefined;
  #park!: () => void;
  readonly #released: Promise<void>;
  #release!: () => void;
  #open = false;
  #sent = false;
  readonly #places = new Places();
  readonly #seen = new Set<string>();
  readonly #watched: Recovery[] = [];

  constructor(endpoint: string, path: Path, faults: readonly Case[]) {
    this.endpoint = endpoint;
    this.path = path;
    this.strikes = faults.map((given) => ({ given, hits: 0, endedAt: null, recoveryMs: null }));
    this.whenParked = new Promise((resolve) => (this.#park = resolve));
    this.#released = new Promise((resolve) => (this.#release = resolve));
  }

  /** The process fault is over, or will be at once: nobody is kept any longer. */
  release(): void {
    this.#open = true;
    this.#release();
  }

  /** The fault of the process is over: recovery counts from here. */
  faultEnded(): void {
    for (const strike of this.strikes) strike.endedAt = Date.now();
  }

  /** For a fault that was not this rollout's own. */
  recoveryFromNow(): Recovery {
    const recovery: Recovery = { endedAt: Date.now(), recoveryMs: null };
    this.#watched.push(recovery);
    return recovery;
  }

  async reach(boundary: Boundary): Promise<Instruction> {
    const place = this.#places.of(boundary);
    this.#see('worker', place, boundary.when);
    if (boundary.when === 'after the effect') {
      this.#see('worker', place, 'after the record');
      this.#recovered();
    }
    const strike = this.#strikeAt('worker', place, boundary.when);
    if (!strike || this.#open) return 'go';
    if (strike.given.fault === 'error') {
      if (strike.hits > 0) return 'go';
      over(strike);
      return 'fail';
    }
    this.parked = boundary;
    strike.hits = 1;
    this.#park();
    await this.#released;
    return 'go';
  }

  async call(call: WorldCall): Promise<Answer> {
    const { request, caller } = call;
    const port = PORT_OF[request.op];
    const place = `${this.#places.of(caller)} → ${request.op}`;
    this.#see(port, place, 'before the call');
    const before = this.#strikeAt(port, place, 'before the call');
    if (before?.given.fault === 'connection refused' && before.hits < REFUSALS) {
      over(before);
      return { kind: 'hang up' };
    }
    if (before?.given.fault === 'slow' && before.hits === 0) {
      before.hits = 1;
      await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
      before.endedAt = Date.now();
    }
    const answer = answerOf(this.world, request, (gate) => this.#say(gate, caller));
    this.#see(port, place, 'after the effect');
    const after = this.#strikeAt(port, place, 'after the effect');
    if (!after || after.hits > 0) return answer;
    over(after);
    return { kind: after.given.fault === 'garbage' ? 'garbage' : 'hang up' };
  }

  #say(gate: string, caller: WorldCall['caller']): unknown {
    const nth = this.#places.nth(caller);
    const { message } = this.path;
    if (message && !this.#sent && message.gate === gate && nth >= message.nth) {
      this.#sent = true;
      this.send(message.signal);
    }
    return this.path.says(gate, nth);
  }

  #strikeAt(component: Component, place: string, when: When): Strike | null {
    return (
      this.strikes.find(({ given: { point } }) => {
        // What is recorded has first had its effect: those who wait for the record are kept there.
        const wanted = point.when === 'after the record' ? 'after the effect' : point.when;
        return point.component === component && point.place === place && wanted === when;
      }) ?? null
    );
  }

  #see(component: Component, place: string, when: When): void {
    const key = `${component}|${place}|${when}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.points.push({ component, place, when });
  }

  #recovered(): void {
    for (const recovery of [...this.strikes, ...this.#watched])
      if (recovery.endedAt !== null) recovery.recoveryMs ??= Date.now() - recovery.endedAt;
  }
}

function over(strike: Strike): void {
  strike.hits += 1;
  strike.endedAt = Date.now();
}
