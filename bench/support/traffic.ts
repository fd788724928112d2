import { Agent, request } from 'node:http';
import { randomUUID } from 'node:crypto';

/** One answered request, times in milliseconds since 1970. */
export interface Answered {
  readonly began: number;
  readonly ended: number;
  /** The version key that answered. */
  readonly version: string;
}

/** A steady stream of predictions to a gateway on this machine, each remembered. */
export class BenchTraffic {
  readonly answered: Answered[] = [];
  failed = 0;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #timer: NodeJS.Timeout;
  #open = 0;

  constructor(url: string, everyMs: number) {
    this.#timer = setInterval(() => this.#send(url), everyMs);
  }

  /** Requests a version answered that began at or after a time. */
  since(time: number, versionNumber: string): Answered[] {
    return this.answered.filter(({ began, version }) => began >= time && version.startsWith(`v${versionNumber}-`));
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    while (this.#open > 0) await new Promise((resolve) => setImmediate(resolve));
    this.#agent.destroy();
  }

  #send(url: string): void {
    const began = Date.now();
    this.#open += 1;
    const headers = { 'content-type': 'application/json', 'x-request-id': randomUUID() };
    const sent = request(url, { method: 'POST', agent: this.#agent, headers }, (response) => {
      response.resume().on('end', () => {
        this.#open -= 1;
        if (response.statusCode !== 200) this.failed += 1;
        this.answered.push({ began, ended: Date.now(), version: String(response.headers['x-model-version']) });
      });
    });
    sent.on('error', () => {
      this.#open -= 1;
      this.failed += 1;
    });
    sent.end('{"inputs": [[1]]}');
  }
}
