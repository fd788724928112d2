import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a webhook was sent, as far as tests read it: an alert, or how a rollout ended. */
export interface Told {
  readonly event: string;
  readonly endpoint: string;
  readonly action: string;
  readonly link: string | null;
  /** Of alerts only. */
  readonly name?: string;
  readonly status?: 'firing' | 'resolved';
  readonly severity?: string;
  readonly summary?: string;
  /** Of rollouts only: a version's key. */
  readonly candidate?: string;
  readonly reason?: string;
  /** Whether the signature is the one that its receiver computes. */
  readonly signed: boolean;
}

/** A webhook of somebody's own, who believes only what is signed. */
export class SignedSink {
  readonly told: Told[] = [];
  readonly #server: Server;

  private constructor(secret: string) {
    this.#server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => (body += part));
      request.on('end', () => {
        const told = JSON.parse(body) as Omit<Told, 'signed'>;
        this.told.push({ ...told, signed: isSigned(secret, request.headers, body) });
        response.end();
      });
    });
  }

  static async open(secret: string): Promise<SignedSink> {
    const it = new SignedSink(secret);
    await new Promise<void>((listening) => it.#server.listen(0, '127.0.0.1', listening));
    return it;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  close(): void {
    this.#server.close();
  }
}

/** As docs/alerts.md describes it to receivers. */
function isSigned(secret: string, headers: IncomingHttpHeaders, body: string): boolean {
  const signed = `${String(headers['x-slipway-timestamp'])}.${body}`;
  return headers['x-slipway-signature'] === `sha256=${createHmac('sha256', secret).update(signed).digest('hex')}`;
}
