import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { Failure } from './failure.ts';
import { readConfig, type TargetConfig } from '../spec/config.ts';
import { slipwayHome } from '../spec/home.ts';
import type { EndpointStatus, Outcome, OutcomesAccepted, TrafficReading } from '../domain/serving-contract.ts';
import type { Place } from './rollouts/place.ts';

const ANSWER_MS = 5_000;

/** Labels are looked up and stored before they are answered. */
const STORE_MS = 30_000;

/** The serving host behind a target: for reading, and to bring it labels. */
export interface ServingReader {
  endpoint(endpoint: string): Promise<EndpointStatus>;
  traffic(endpoint: string): Promise<TrafficReading>;
  logs(endpoint: string, versionKey: string, lines: number): Promise<string>;
  readonly addOutcomes: (outcomes: readonly Outcome[]) => Promise<OutcomesAccepted>;
}

/**
 * Finds a target's serving host by `slipway.yaml`, else by what runs under `SLIPWAY_HOME`.
 *
 * @throws Failure when there is no such target, or nothing runs
 */
export async function servingOf(target: Place['target']): Promise<ServingReader> {
  const config = await readTarget(target);
  const folder = join(slipwayHome(), 'serving');
  const url = config.url ?? (await announcedUrl(join(folder, 'host.json')));
  const token = (await readFile(config.tokenFile ?? join(folder, 'token'), 'utf8').catch(() => '')).trim();
  const get = (path: string) => request(`${url}${path}`, token);
  const name = encodeURIComponent;
  return {
    endpoint: async (endpoint) => (await (await get(`/endpoints/${name(endpoint)}`)).json()) as EndpointStatus,
    traffic: async (endpoint) => (await (await get(`/endpoints/${name(endpoint)}/traffic`)).json()) as TrafficReading,
    logs: async (endpoint, key, lines) =>
      (await get(`/endpoints/${name(endpoint)}/versions/${name(key)}/logs?lines=${lines}`)).text(),
    addOutcomes: async (outcomes) => {
      const body = { method: 'POST', body: JSON.stringify(outcomes), headers: { 'content-type': 'application/json' } };
      return (await (await request(`${url}/outcomes`, token, body, STORE_MS)).json()) as OutcomesAccepted;
    },
  };
}

/** What `slipway.yaml` says of a target. @throws Failure `no_target` */
export async function readTarget(target: Place['target']): Promise<TargetConfig> {
  const { targets } = await readConfig();
  const config = targets[target];
  if (!config)
    throw new Failure(`there is no target "${target}": slipway.yaml has ${Object.keys(targets).join(', ')}`, {
      code: 'no_target',
    });
  return config;
}

async function announcedUrl(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null)
    throw new Failure('no serving host runs here: start the local stack with `slipway up`', { code: 'no_serving' });
  return (JSON.parse(text) as { url: string }).url;
}

async function request(
  url: string,
  token: string,
  { headers, ...sent }: { method?: string; body?: string; headers?: Record<string, string> } = {},
  answerMs = ANSWER_MS,
): Promise<Response> {
  const authorization = `Bearer ${token}`;
  const init = { ...sent, headers: { ...headers, authorization }, signal: AbortSignal.timeout(answerMs) };
  const response = await fetch(url, init).catch((error: unknown) => {
    throw new Failure(
      `the serving host at ${new URL(url).origin} does not answer; \`slipway status\` shows why, \`slipway up\` starts it`,
      {
        code: 'no_serving',
        cause: error,
      },
    );
  });
  if (response.ok) return response;
  const refusal = (await response.json().catch(() => null)) as { message?: string } | null;
  throw new Failure(`the serving host refuses: ${refusal?.message ?? `status ${response.status}`}`, {
    code: response.status >= 500 ? 'unavailable' : 'refused',
  });
}
