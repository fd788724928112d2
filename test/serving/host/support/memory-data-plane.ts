import type { Capture, DataPlane, DesiredEndpoint } from '../../../../serving/data-plane.ts';

/** A data plane that carries nothing, but shows what it was told. */
export class MemoryDataPlane implements DataPlane {
  readonly gateway = 'http://127.0.0.1:1';
  shown: readonly DesiredEndpoint[] = [];
  rounds = 0;
  /** Called before a change takes effect; what it throws, `apply` throws. */
  before: (endpoints: readonly DesiredEndpoint[]) => Promise<void> | void = () => undefined;
  isDown = false;

  start = () => Promise.resolve();
  stop = () => Promise.resolve();
  health = () => Promise.resolve({ ok: !this.isDown, detail: 'in memory', memoryBytes: null });

  async metrics() {
    if (this.isDown) throw new Error('the data plane is down');
    return 'envoy_server_uptime 1\n';
  }

  async apply(endpoints: readonly DesiredEndpoint[]): Promise<void> {
    this.rounds += 1;
    await this.before(endpoints);
    if (this.isDown) throw new Error('the data plane is down');
    this.shown = endpoints;
  }

  async programmed(endpoint: string) {
    const shown = this.shown.find((one) => one.endpoint === endpoint);
    return shown && !this.isDown ? { fence: shown.fence, route: shown.route } : null;
  }

  async traffic(endpoint: string) {
    if (this.isDown) throw new Error('the data plane is down');
    const shown = this.shown.find((one) => one.endpoint === endpoint);
    const versions = (shown?.versions ?? []).map(({ key }) => [key, { requests: 0, active: 0 }] as const);
    return { at: new Date().toISOString(), since: 'the start', versions: Object.fromEntries(versions) };
  }
}

export const noCapture: Capture = {
  start: () => Promise.resolve(),
  configure: () => Promise.resolve(),
  health: () => Promise.resolve({ ok: true, detail: 'none', memoryBytes: null, shed: 0 }),
  metrics: () => Promise.reject(new Error('there is no capture')),
  stop: () => Promise.resolve(),
};
