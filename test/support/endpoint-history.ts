import type { ChainedEntry, EndpointObservation } from '../../domain/invariants.ts';
import { formatFence, type Fence } from '../../domain/fence.ts';
import { rolloutId, versionKey, versionNumber } from '../../domain/ids.ts';
import { SYSTEM } from '../../domain/ledger-entry.ts';
import type { PinnedVersion } from '../../domain/model-version.ts';
import type { Reason } from '../../domain/reasons.ts';
import { EMPTY_ROUTE, splitRoute, wholeRoute, type Route } from '../../domain/route.ts';

/** How one rollout of a history goes. */
export type Ending =
  'promoted' | 'rolled_back' | 'aborted in build' | 'terminated in the canary' | 'terminated in build';

/** An endpoint as a row of rollouts leaves it, in memory: what a ledger of such rollouts says, and what then serves. */
export class EndpointHistory {
  readonly rows: ChainedEntry[] = [];
  fence: Fence = { epoch: 0, sequence: 0 };
  route: Route = EMPTY_ROUTE;
  label = '';
  stable: PinnedVersion | null = null;
  alias: string | null = null;
  readonly versions: PinnedVersion[] = [];
  readonly target: string;
  readonly endpoint: string;
  epoch = 0;
  #sequence = 0;
  #shifts = 0;

  constructor({ target, endpoint } = { target: 'local', endpoint: 'digits' }) {
    this.target = target;
    this.endpoint = endpoint;
  }

  rollout(ending: Ending): void {
    const epoch = ++this.epoch;
    const id = rolloutId(this.target, this.endpoint, epoch);
    const candidate = pinned(String(epoch));
    this.versions.push(candidate);
    const { stable, route: before, fence } = this;
    [this.#sequence, this.#shifts] = [0, 0];
    this.#note(id, 'RolloutStarted', { candidate });
    this.#note(id, 'PreflightPassed', { snapshot: { fence, route: before, stable, champion: this.alias }, epoch });
    if (ending === 'terminated in build') return;
    if (ending === 'aborted in build') return this.#close(id, 'Aborted', stable?.key ?? null);
    this.#note(id, 'BuildPassed', {});
    if (stable) this.#shift(id, epoch, 'TrafficShifted', splitRoute(stable.key, candidate.key, 1_000));
    else this.#shift(id, epoch, 'TrafficShifted', wholeRoute(candidate.key));
    if (ending === 'terminated in the canary') return;
    if (ending === 'rolled_back') {
      this.#shift(id, epoch, 'TrafficRestored', before);
      return this.#close(id, 'RolledBack', stable?.key ?? null);
    }
    this.#shift(id, epoch, 'TrafficShifted', wholeRoute(candidate.key));
    this.#note(id, 'ChampionMoved', {});
    [this.alias, this.stable] = [candidate.version, candidate];
    this.#close(id, 'Promoted', candidate.key);
  }

  /** All five places as they are now, with nothing running. */
  seen(over: Partial<EndpointObservation> = {}): EndpointObservation {
    const { fence, route, label, target, endpoint } = this;
    return {
      target,
      endpoint,
      running: null,
      closed: this.rows.length === 0 ? null : { status: 'COMPLETED', outcome: null },
      desired: { fence, route, label },
      programmed: { fence, route, label },
      measured: Object.fromEntries(route.arms.map(({ version, weight }) => [version, weight])),
      alias: { name: 'champion', version: this.alias },
      ledger: { rows: this.rows, isExcerpt: false, broken: null },
      ...over,
    };
  }

  #shift(id: string, epoch: number, reason: Reason, route: Route): void {
    this.#shifts += 1;
    Object.assign(this, { fence: { epoch, sequence: this.#shifts }, route, label: `${id}/step` });
    const { fence } = this;
    this.#note(id, reason, { fence: formatFence(fence), route, programmed: { fence, route } });
  }

  #close(id: string, reason: Reason, serving: string | null): void {
    this.#note(id, reason, { outcome: reason, serving });
  }

  #note(id: string, reason: Reason, detail: Record<string, unknown>): void {
    const seq = this.rows.length + 1;
    this.rows.push({
      target: this.target,
      endpoint: this.endpoint,
      key: `${id}:${this.#sequence + 1}:${reason}`,
      rolloutId: id,
      rolloutSequence: ++this.#sequence,
      effectiveAt: new Date(seq * 1_000).toISOString(),
      actor: SYSTEM,
      stage: 'serving' in detail ? 'done' : 'canary',
      step: null,
      reason,
      detail,
      evidence: null,
      seq,
      prevHash: `hash of ${seq - 1}`,
      hash: `hash of ${seq}`,
    });
  }
}

/** Another number than what the version key holds. */
export function otherNumber(key: string): string {
  return `${versionNumber(key)}0`;
}

function pinned(version: string): PinnedVersion {
  const digest = `sha256:${version.padStart(64, '0')}`;
  return {
    model: 'digits',
    version,
    digest,
    key: versionKey(version, digest),
    source: `models:/digits/${version}`,
    runId: null,
  };
}
