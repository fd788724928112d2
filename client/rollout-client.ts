import { Client, type Connection } from '@temporalio/client';
import {
  abortSignal,
  pauseSignal,
  resumeSignal,
  stopSignal,
  type Acknowledge,
  type Approval,
  type Message,
} from '../workflows/messages.ts';
import {
  acknowledgeIncident,
  listMonitors,
  lookAtMonitor,
  startMonitor,
  steerMonitor,
  type MonitorSighting,
} from './monitors/monitors.ts';
import { approveGate, promoteRollout, signalRollout } from './rollouts/steer.ts';
import { connectTemporal, temporalNamespace } from './temporal.ts';
import { dataConverter } from '../temporal/data-converter.ts';
import { follow } from './rollouts/follow.ts';
import { listRollouts, type ListedRollout, type ListFilter } from './rollouts/list.ts';
import { cancelRetraining, followRetraining, lookAtRetraining, type RetrainSighting } from './retraining/look.ts';
import { look } from './rollouts/look.ts';
import { startDrill } from './rollouts/drill.ts';
import {
  changeSchedule,
  listSchedules,
  setSchedule,
  type Schedule,
  type ScheduleChange,
  type Scheduled,
  type ScheduleKind,
} from './schedules/schedules.ts';
import type { When } from './schedules/times.ts';
import { startRetraining, type RetrainStarted } from './retraining/start.ts';
import { startRollback, untilPrepared, type RollbackRequest } from './rollouts/go-back.ts';
import { startRollout, type Started, type StartRequest } from './rollouts/start.ts';
import { tryReceivers, type TriedReceiver } from './alerts/try-receivers.ts';
import type { NotifyInput } from '../domain/notify-test.ts';
import type { DrillInput } from '../domain/drill.ts';
import type { RetrainInput } from '../domain/retrain-state.ts';
import type { Place } from './rollouts/place.ts';
import type { Sighting } from './rollouts/sighting.ts';

/**
 * Starts, watches and steers rollouts from a program; what the CLI is built on. Every refusal is a `Failure`.
 *
 * @example
 * const rollouts = await RolloutClient.connect();
 * const place = { target: 'local', endpoint: 'digits' };
 * await rollouts.start({ spec: { ...place, model: 'digits' }, by: 'ci', requestId: 'build-42', supersede: false });
 * for await (const { status } of rollouts.follow(place)) console.log(status?.phase);
 * await rollouts.close();
 */
export class RolloutClient {
  readonly #connection: Connection;
  readonly #client: Client;

  constructor(connection: Connection, namespace = 'default') {
    this.#connection = connection;
    this.#client = new Client({ connection, namespace, dataConverter: dataConverter() });
  }

  /** To the address given, else to the one that `TEMPORAL_*` or the Temporal configuration file names. */
  static async connect(address?: string): Promise<RolloutClient> {
    return new RolloutClient(await connectTemporal(address), temporalNamespace());
  }

  start(request: StartRequest): Promise<Started> {
    return startRollout(this.#client, request);
  }

  /** What runs, or ran last, on an endpoint; works without a worker, with less to tell. */
  look(place: Place): Promise<Sighting> {
    return look(this.#client, place);
  }

  /** One look a second until the rollout closes: the run that is named, else the latest on the endpoint. */
  follow(place: Place, runId?: string): AsyncGenerator<Sighting> {
    return follow(this.#client, place, runId);
  }

  /** Holds the present weight; gates are still watched. The run id. */
  pause(place: Place, message: Message = {}): Promise<string> {
    return signalRollout(this.#client, place, pauseSignal, message);
  }

  resume(place: Place, message: Message = {}): Promise<string> {
    return signalRollout(this.#client, place, resumeSignal, message);
  }

  /** Stops the rollout and puts all traffic back; returns its run id once that is certain to happen, not when it has. */
  abort(place: Place, message: Message = {}): Promise<string> {
    return signalRollout(this.#client, place, abortSignal, message);
  }

  /** Lets the named gate pass; repeated, it is applied once. */
  approve(place: Place, approval: Approval): Promise<string> {
    return approveGate(this.#client, place, approval);
  }

  /** Skips the remaining canary steps; repeated, it is applied once. */
  promote(place: Place, message: Message = {}): Promise<string> {
    return promoteRollout(this.#client, place, message);
  }

  /** The fast way back to a version that served before; the run id, once it is known which version that is. */
  async rollback(request: RollbackRequest): Promise<string> {
    const runId = await startRollback(this.#client, request);
    await untilPrepared(this.#client, { ...request, runId });
    return runId;
  }

  /** Has the worker send an alert and its end to receivers, or to its own, and tells what each answered. */
  tryReceivers(input: NotifyInput): Promise<TriedReceiver[]> {
    return tryReceivers(this.#client, input);
  }

  /** A rehearsal of rollback with a faulty copy of what serves; the run id, once it is known that it may be held. */
  drill(input: DrillInput): Promise<string> {
    return startDrill(this.#client, input);
  }

  /** Watches what an endpoint serves, or goes on where somebody does; see `slipway monitor --help`. */
  monitor(place: Place, options: { readonly by: string; readonly window?: string }): Promise<void> {
    return startMonitor(this.#client, place, options);
  }

  steerMonitor(place: Place, verb: 'pause' | 'resume' | 'stop', message: Message = {}): Promise<void> {
    const signals = { pause: pauseSignal, resume: resumeSignal, stop: stopSignal };
    return steerMonitor(this.#client, place, signals[verb], message);
  }

  lookAtMonitor(place: Place): Promise<MonitorSighting> {
    return lookAtMonitor(this.#client, place);
  }

  monitors(): Promise<MonitorSighting[]> {
    return listMonitors(this.#client);
  }

  /** Takes on an incident of an endpoint's monitor, or all that are open; their names. */
  acknowledge(place: Place, request: Acknowledge = {}): Promise<string[]> {
    return acknowledgeIncident(this.#client, place, request);
  }

  /** Trains a new version and rolls it out; joins a retraining that is under way. */
  retrain(input: RetrainInput): Promise<RetrainStarted> {
    return startRetraining(this.#client, input);
  }

  lookAtRetraining(place: Place): Promise<RetrainSighting> {
    return lookAtRetraining(this.#client, place);
  }

  /** One look a second until a rollout has come of it, or not. */
  followRetraining(started: RetrainStarted): AsyncGenerator<RetrainSighting> {
    return followRetraining(this.#client, started);
  }

  /** Has an endpoint retrained, or its rollback rehearsed, at set times. */
  setSchedule(what: Scheduled, when: When, by: string): Promise<void> {
    return setSchedule(this.#client, what, when, by);
  }

  /** All schedules, or those of one endpoint. */
  schedules(place?: Place): Promise<Schedule[]> {
    return listSchedules(this.#client, place);
  }

  /** Which of an endpoint's schedules was changed; `kind` may be `null` where it has one alone. */
  changeSchedule(
    which: Place & { readonly kind: ScheduleKind | null },
    change: ScheduleChange,
    note: string,
  ): Promise<ScheduleKind> {
    return changeSchedule(this.#client, which, change, note);
  }

  /** Ends a retraining, its job first. */
  cancelRetraining(place: Place): Promise<void> {
    return cancelRetraining(this.#client, place);
  }

  list(filter: ListFilter): Promise<ListedRollout[]> {
    return listRollouts(this.#client, filter);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}
