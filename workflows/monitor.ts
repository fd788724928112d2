import { condition, patched, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { planMonitor, type Finding, type MonitorPlan } from '../domain/monitor.ts';
import { monitorStatus, newMonitor, type Monitored, type MonitorInput } from '../domain/monitor-run.ts';
import { afterChange, afterWindow } from '../domain/monitor-state.ts';
import { renderMonitor } from '../domain/render-monitor.ts';
import { goOn, mustContinueAsNew } from './long-run.ts';
import { ATTRIBUTES } from './messages.ts';
import { act } from './monitor/act.ts';
import { MonitorControls } from './monitor/controls.ts';
import { examine } from './monitor/examine.ts';
import { persistent } from './proxies.ts';

/**
 * Watches what an endpoint serves, window by window, for as long as it serves, over any number of runs.
 *
 * Changes no route itself: it tells people, and where the specification says so it has `rollback` started.
 */
export async function monitor(given?: MonitorInput): Promise<{ readonly windows: number }> {
  // Started by hand with nothing at all it must get as far as to say what is missing.
  const input = given ?? ({} as MonitorInput);
  const controls = new MonitorControls(input, input.carried ?? newMonitor(new Date().toISOString()));
  controls.listen();
  const { now } = controls;
  const before = now.windows;
  while (!controls.stopped) {
    if (controls.renewed) {
      await renew(input, controls);
      // What was said meanwhile must be heard before the next run could forget it.
      continue;
    }
    const watched = planned(now.monitored);
    if (!watched) break;
    if (mustContinueAsNew(now.windows - before)) await goOn<MonitorInput>({ ...input, carried: controls.carried });
    setCurrentDetails(renderMonitor(monitorStatus(input, now)));
    controls.showIncidents();
    await watchWindow(input, controls, watched);
  }
  await unwatch(input, controls);
  await controls.record?.flushed();
  if (controls.record && controls.renewed) await beginAnew(input, controls);
  return { windows: now.windows };
}

type Watched = Monitored & { readonly plan: MonitorPlan };

function planned(monitored: Monitored | null): Watched | null {
  return monitored?.plan ? { ...monitored, plan: monitored.plan } : null;
}

/** Reads what the last promotion says; it may have brought another version, which begins without a past. */
async function renew({ target, endpoint }: MonitorInput, controls: MonitorControls): Promise<void> {
  controls.renewed = false;
  const { now } = controls;
  const monitored = await persistent.recallMonitored.executeWithOptions({ summary: 'read what is to be watched' }, [
    { target, endpoint },
  ]);
  const isFirst = now.monitored === null;
  if (monitored.model !== now.monitored?.model)
    upsertSearchAttributes([{ key: ATTRIBUTES.model, value: monitored.model }]);
  now.monitored = monitored;
  now.state = { ...now.state, wentBack: false };
  if (isFirst) now.version = monitored.version;
}

/** A promotion came while the watch was ending: it is watched as if it had come a moment later. */
async function beginAnew(input: MonitorInput, { now, carried: { record } }: MonitorControls): Promise<void> {
  if (now.paused) upsertSearchAttributes([{ key: ATTRIBUTES.paused, value: false }]);
  await goOn<MonitorInput>({
    ...input,
    carried: { ...newMonitor(new Date().toISOString()), ...(record && { record }) },
  });
}

/** Waits for the end of a window, then judges it; a promotion, a stop and another length of windows cut the wait short. */
async function watchWindow(
  { target, endpoint }: MonitorInput,
  controls: MonitorControls,
  watched: Watched,
): Promise<void> {
  const { now } = controls;
  const { plan } = watched;
  const windowMs = now.windowMs ?? plan.windowMs;
  const cut = () => controls.stopped !== null || controls.renewed || controls.rescheduled;
  if (await condition(cut, windowMs, { summary: 'until the window ends' })) {
    controls.rescheduled = false;
    return;
  }
  const at = new Date().toISOString();
  now.windows += 1;
  if (now.paused) {
    now.last = { at, unjudged: `paused by ${now.paused.by}` };
    return;
  }
  const { version, memory, afterIndex } = now;
  const seen = await examine({ target, endpoint, plan: { ...plan, windowMs }, to: at, version, memory, afterIndex });
  const place = { target, endpoint, at };
  if (seen.version !== version) {
    now.measures = [];
    await act(controls, watched, afterChange(now.state, 'replaced'), place);
  }
  now.version = seen.version;
  now.memory = seen.memory;
  now.afterIndex = seen.afterIndex;
  if (seen.measures) now.measures = seen.measures;
  now.last = { at, unjudged: seen.unjudged };
  if (isUnheard(seen.promotion, watched)) controls.renewed = true;
  await act(
    controls,
    watched,
    afterWindow(now.state, { at, version: seen.version, findings: heeded(seen.findings) }, plan),
    place,
  );
}

/** A promotion that was not told, since Temporal did not answer its rollout for too long, is in the ledger all the same. */
function isUnheard(promotion: string | null | undefined, { rolloutId }: Watched): boolean {
  return promotion != null && promotion !== rolloutId && patched('monitor-reads-promotions');
}

/** Runs of earlier releases told nothing when a finding spread, though a newer worker may have looked for them. */
function heeded(findings: readonly Finding[] | null): readonly Finding[] | null {
  if (!findings?.some(({ features }) => features) || patched('monitor-tells-spread')) return findings;
  return findings.map(({ features: _features, ...finding }) => finding);
}

/** Whoever was told of an incident is told that nobody looks any more. */
async function unwatch({ target, endpoint }: MonitorInput, controls: MonitorControls): Promise<void> {
  const { now } = controls;
  if (!now.monitored || now.state.incidents.length === 0) return;
  const plan = now.monitored.plan ?? planMonitor({}, { errorRate: 1, p99Ms: null });
  if (!plan) return;
  const at = new Date().toISOString();
  await act(controls, { ...now.monitored, plan }, afterChange(now.state, 'unwatched'), { target, endpoint, at });
}
