import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import type { DoctorPorts, RunState, WorkflowsPort } from '../../activities/doctor/ports.ts';
import { claimAlias } from '../../activities/store/alias-owners.ts';
import { allocateEpoch } from '../../activities/store/epochs.ts';
import { appendLedger } from '../../activities/store/ledger.ts';
import { rememberVersion } from '../../activities/store/versions.ts';
import { TargetRefusal, type ServingTarget } from '../../activities/targets/target.ts';
import type { RollbackInput } from '../../domain/rollout-state.ts';
import type { MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';
import { EndpointHistory, type Ending } from '../support/endpoint-history.ts';
import { readingOf, stubTarget } from '../support/stub-target.ts';

/** An endpoint with a past in a real ledger; target, registry and Temporal are as the test says. */
export class DoctorWorld {
  readonly past: EndpointHistory;
  readonly home: string;
  readonly ports: DoctorPorts;
  run: RunState | null = null;
  /** Where the target's proxy sends requests now, each time that it is asked. */
  requests: Record<string, number> = {};
  label = '';
  isTargetDown = false;
  readonly started: RollbackInput[] = [];
  readonly aborted: string[] = [];

  private constructor(pool: Pool, home: string, endpoint: string) {
    this.past = new EndpointHistory({ target: 'local', endpoint });
    this.home = home;
    const target = this.#target();
    this.ports = {
      pool,
      mlflow: this.#registry(),
      workflows: this.#workflows(),
      target: () => Promise.resolve(target),
      targetNames: () => Promise.resolve(['local']),
      home,
    };
  }

  static async create(pool: Pool, endpoint: string, ...endings: Ending[]): Promise<DoctorWorld> {
    const world = new DoctorWorld(pool, await mkdtemp(join(tmpdir(), 'slipway-doctor-')), endpoint);
    const place = { target: 'local', endpoint };
    await claimAlias(pool, { model: 'digits', ...place });
    for (const ending of endings) {
      world.past.rollout(ending);
      await allocateEpoch(pool, { ...place, rolloutKey: `run-${world.past.epoch}`, floor: 0 });
    }
    world.label = world.past.label;
    for (const version of world.past.versions)
      await rememberVersion(pool, place, { version, runtime: { kind: 'mlflow' } });
    await appendLedger(pool, world.past.rows);
    return world;
  }

  end(): Promise<void> {
    return rm(this.home, { recursive: true });
  }

  /** A run that Temporal knows under the endpoint's id. */
  ran(status: string, over: Partial<RunState> = {}): void {
    const runId = `run-${this.past.epoch}`;
    const closedAt = status === 'RUNNING' ? null : new Date().toISOString();
    this.run = {
      runId,
      firstRunId: runId,
      type: 'rollout',
      status,
      stage: null,
      outcome: null,
      taskAttempts: 0,
      closedAt,
      ...over,
    };
  }

  #target(): ServingTarget {
    const counted: Record<string, number> = {};
    return stubTarget({
      readEndpoint: () => {
        if (this.isTargetDown) return Promise.reject(new TargetRefusal('unavailable', 'the serving host is away'));
        const reading = readingOf(this.past.fence, this.past.route);
        return Promise.resolve({ ...reading, route: { ...reading.route, label: this.label } });
      },
      readTraffic: () => {
        for (const [key, count] of Object.entries(this.requests)) counted[key] = (counted[key] ?? 0) + count;
        const versions = Object.entries(counted).map(([key, requests]) => [key, { requests, active: 0 }]);
        return Promise.resolve({ at: '', since: '', versions: Object.fromEntries(versions) as never });
      },
      endpoints: () => Promise.resolve([this.past.endpoint]),
    });
  }

  #registry(): MlflowClient {
    const { past } = this;
    const modelVersions = { findByAlias: () => Promise.resolve(past.alias === null ? null : { version: past.alias }) };
    const registeredModels = {
      setAlias: (_model: string, _alias: string, version: string) => Promise.resolve(void (past.alias = version)),
    };
    return { modelVersions, registeredModels } as unknown as MlflowClient;
  }

  #workflows(): WorkflowsPort {
    return {
      latest: () => Promise.resolve(this.run),
      places: () => Promise.resolve([]),
      hasWorker: () => Promise.resolve(true),
      startRollback: (input) => Promise.resolve(this.started.push(input) > 0),
      abort: (_place, runId) => Promise.resolve(void this.aborted.push(runId)),
    };
  }
}
