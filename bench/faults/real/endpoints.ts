import type { EndpointStatus, TrafficReading, VersionStatus } from '../../../domain/serving-contract.ts';

/** Asks the serving host directly, past the proxy that the worker goes through. */
export class HostLooks {
  readonly #host: { readonly url: string; readonly token: string };

  constructor(host: { readonly url: string; readonly token: string }) {
    this.#host = host;
  }

  endpoint(name: string): Promise<EndpointStatus> {
    return this.#ask(`/endpoints/${name}`);
  }

  traffic(name: string): Promise<TrafficReading> {
    return this.#ask(`/endpoints/${name}/traffic`);
  }

  /** The first arm of a split, or the one behind it; `null` where the route has no such arm. */
  async server(endpoint: string, role: 'stable' | 'candidate'): Promise<VersionStatus | null> {
    const { route, versions } = await this.endpoint(endpoint);
    const key = route.desired.arms[role === 'stable' ? 0 : 1]?.version;
    return versions.find((version) => version.key === key) ?? null;
  }

  async #ask<T>(path: string): Promise<T> {
    const { url, token } = this.#host;
    const response = await fetch(`${url}${path}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(5_000),
    });
    if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }
}
