import { alertsOf } from '../../domain/incident-alert.ts';
import type { Incident } from '../../domain/incident.ts';
import type { MonitorPlan } from '../../domain/monitor.ts';
import type { Monitored } from '../../domain/monitor-run.ts';
import { afterGoingBack, afterResponse, type Decided, type Telling } from '../../domain/monitor-state.ts';
import type { WentBack } from '../../activities/monitor.ts';
import { orNull } from '../or-null.ts';
import { quick } from '../proxies.ts';
import { sendUnsent } from '../send-unsent.ts';
import { beginRetraining } from './retraining.ts';
import type { MonitorControls } from './controls.ts';

/** Does what was decided: goes back first, so that people are told what was done, then tells them. @param at ISO 8601 */
export async function act(
  { now, record }: MonitorControls,
  monitored: Monitored & { readonly plan: MonitorPlan },
  { state, acts }: Decided,
  place: { readonly target: string; readonly endpoint: string; readonly at: string },
): Promise<void> {
  const { at, target, endpoint } = place;
  // Acknowledgements may come while something is being done, so the state is never held over an await.
  now.state = state;
  let tellings = acts.filter((each): each is Telling => each.act === 'tell');
  for (const telling of tellings) record?.told(telling, at);
  for (const { incident } of acts.filter((each) => each.act === 'rollback')) {
    const response = await goBack({ target, endpoint }, incident);
    if (response === null) continue;
    now.state = afterGoingBack(now.state, incident, response);
    record?.answered(incident, response, at);
    tellings = answered(tellings, [incident], response);
  }
  for (const { incidents } of acts.filter((each) => each.act === 'retrain')) {
    const response = await beginRetraining({ target, endpoint }, incidents[0]);
    now.state = afterResponse(now.state, incidents, response);
    for (const incident of incidents) record?.answered(incident, response, at);
    tellings = answered(tellings, incidents, response);
  }
  const { model, rolloutId, link, plan } = monitored;
  const about = { target, endpoint, model, rolloutId, link, policy: plan.policy };
  const alerts = tellings.flatMap((telling) => alertsOf(telling, about, at));
  // Of an incident only what is true now is worth telling.
  const waiting = now.unsent.filter(({ alert: { key } }) => !alerts.some((alert) => alert.key === key));
  now.unsent = [...waiting, ...monitored.receivers.flatMap((to) => alerts.map((alert) => ({ alert, to, at })))];
  await sendUnsent(now, monitored.receivers);
}

/** The same with what was done; of incidents that nothing was to be told of, now there is. */
function answered(tellings: readonly Telling[], incidents: readonly Incident[], response: string): Telling[] {
  const isOne = ({ id }: Incident) => incidents.some((incident) => incident.id === id);
  const news = incidents
    .filter(({ id }) => !tellings.some(({ incident }) => incident.id === id))
    .map((incident): Telling => ({ act: 'tell', why: 'answered', incident }));
  return [...tellings, ...news].map((each) =>
    isOne(each.incident) ? { ...each, incident: { ...each.incident, response } } : each,
  );
}

/** Whether and how traffic goes back; `null` where it is to be tried again after the next window. */
async function goBack(place: { target: string; endpoint: string }, incident: Incident): Promise<string | null> {
  const reason = `${incident.id}: ${incident.summary}`;
  const done: WentBack | null = await orNull(() =>
    quick.goBack.executeWithOptions({ summary: `go back because of ${incident.id}`, scheduleToCloseTimeout: '2m' }, [
      { ...place, reason },
    ]),
  );
  return done?.settled ? done.response : null;
}
