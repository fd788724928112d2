/** Whose place is asked for: an activity as Temporal knows it, the same for each of its attempts. */
interface Caller {
  readonly runId: string;
  readonly activityId: string;
  readonly activity: string;
  readonly step: string;
}

/** Names the activities of one rollout so that the same one has the same name in every rollout of its path. */
export class Places {
  readonly #names = new Map<string, { readonly name: string; readonly nth: number }>();
  readonly #counts = new Map<string, number>();

  /** `shiftTraffic canary-10 #1`. */
  of(caller: Caller): string {
    return this.#find(caller).name;
  }

  /** How many of its kind there were, this one included. */
  nth(caller: Caller): number {
    return this.#find(caller).nth;
  }

  #find({ runId, activityId, activity, step }: Caller): { readonly name: string; readonly nth: number } {
    const id = `${runId}/${activityId}`;
    const known = this.#names.get(id);
    if (known) return known;
    const kind = step ? `${activity} ${step}` : activity;
    const nth = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, nth);
    const place = { name: `${kind} #${nth}`, nth };
    this.#names.set(id, place);
    return place;
  }
}
