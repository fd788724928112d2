import { patched, setHandler, upsertMemo, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { Mutable } from '../../domain/mutable.ts';
import { openIncidents } from '../../domain/incident.ts';
import { parseDuration } from '../../domain/duration.ts';
import { monitorStatus, type CarriedMonitor, type Halted, type MonitorInput } from '../../domain/monitor-run.ts';
import { acknowledge } from '../../domain/monitor-state.ts';
import {
  ackSignal,
  ATTRIBUTES,
  MEMO,
  monitorStatusQuery,
  pauseSignal,
  promotedSignal,
  resumeSignal,
  stopSignal,
  windowSignal,
} from '../messages.ts';
import { readIncident, readMessage } from '../read-message.ts';
import { WatchRecord } from './record.ts';

/** What a monitor knows now, and the operator's hand on it; every message is a signal, so that the Web UI can send it. */
export class MonitorControls {
  readonly now: Mutable<CarriedMonitor>;
  stopped: Halted | null = null;
  /** Set until what is to be watched was read from the ledger, and again at each promotion. */
  renewed: boolean;
  /** Set when the length of windows was changed while one is open. */
  rescheduled = false;
  /** `null` in runs that began under a release that kept none. */
  readonly record: WatchRecord | null;
  readonly #input: MonitorInput;

  constructor(input: MonitorInput, start: CarriedMonitor) {
    this.#input = input;
    this.now = { ...start };
    this.record = patched('monitor-keeps-record') ? new WatchRecord(input, start.record) : null;
    this.renewed = start.monitored === null;
  }

  /** Registers every handler; called before the first await, so that no early message is lost. */
  listen(): void {
    setHandler(monitorStatusQuery, () => monitorStatus(this.#input, this.now), {
      description: 'What is watched, and what is wrong with it.',
    });
    setHandler(pauseSignal, (message) => this.#pause(halted(message), true), {
      description: 'Judge no windows until `resume`.',
    });
    setHandler(resumeSignal, (message) => this.#pause(halted(message), false), { description: 'Go on after a pause.' });
    setHandler(stopSignal, (message) => this.#stop(halted(message)), {
      description: 'End the watch; the next promotion begins another.',
    });
    setHandler(promotedSignal, () => void (this.renewed = true), { description: 'A rollout was promoted.' });
    setHandler(windowSignal, (text) => this.#reschedule(text), { description: 'Length of windows, such as "5m".' });
    setHandler(
      ackSignal,
      (message) => {
        const incident = readIncident(message);
        const { by, reason, at } = halted(message);
        this.#acknowledge({ by, reason: typeof message === 'string' ? '' : reason, at }, incident);
      },
      { description: 'Take an incident on; all that are open without input.' },
    );
  }

  /** Where whoever lists monitors sees it without asking this one: the worker's metrics do, for all of them. */
  showIncidents(): void {
    const open = openIncidents(this.now.state.incidents);
    const shown = workflowInfo().memo?.[MEMO.incidents] ?? [];
    if (JSON.stringify(open) !== JSON.stringify(shown) && patched('incidents-in-memo'))
      upsertMemo({ [MEMO.incidents]: open });
  }

  /** Everything that the next run needs. */
  get carried(): CarriedMonitor {
    return { ...this.now, ...(this.record && { record: this.record.carried }) };
  }

  #pause(message: Halted, on: boolean): void {
    if ((this.now.paused !== null) === on) return;
    this.now.paused = on ? message : null;
    upsertSearchAttributes([{ key: ATTRIBUTES.paused, value: on }]);
    this.record?.byHand(on ? 'WatchPaused' : 'WatchResumed', message);
  }

  #stop(message: Halted): void {
    if (this.stopped) return;
    this.stopped = message;
    // A promotion that comes from now on is another one, and is to have its watch.
    this.renewed &&= this.record === null;
    this.record?.byHand('WatchStopped', message);
  }

  #acknowledge({ by, reason, at }: Halted, incident: string | undefined): void {
    const before = this.now.state.incidents;
    this.now.state = acknowledge(this.now.state, { by, reason, ...(incident && { incident }) }, at);
    this.showIncidents();
    const taken = this.now.state.incidents.filter((each) => !before.includes(each)).map(({ id }) => id);
    if (taken.length === 0) return;
    const message = `${taken.join(', ')}${reason && `: ${reason}`}`;
    this.record?.byHand('IncidentAcknowledged', { by, reason: message, at }, { incidents: taken });
  }

  #reschedule(text: unknown): void {
    this.now.windowMs = readWindow(text);
    this.rescheduled = true;
  }
}

/** Shorter ones would be more looks than gate batches; longer ones, more batches than one look reads. */
const SHORTEST_MS = 1_000;
const LONGEST_MS = 86_400_000;

/** `null` for the specification's own, also where the text is no length of time. */
function readWindow(text: unknown): number | null {
  try {
    return Math.min(Math.max(parseDuration(String(text)), SHORTEST_MS), LONGEST_MS);
  } catch {
    return null;
  }
}

function halted(message: unknown): Halted {
  const { by = 'unknown', reason = '' } = readMessage(message);
  return { by, reason, at: new Date().toISOString() };
}
