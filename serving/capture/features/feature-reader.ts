import type { NamedProfile } from '../../../domain/profile.ts';
import type { CaptureSettings } from '../../../domain/serving-contract.ts';
import type { Content } from '../content.ts';
import type { Observation } from '../observation.ts';
import type { Profiles } from '../profile.ts';
import type { EndpointBins } from './endpoint-bins.ts';
import type { Asked } from './fields.ts';
import { contentOf } from '../content.ts';
import { createBudget } from './budget.ts';
import { binsOfProfile, withoutRedacted } from './endpoint-bins.ts';
import { askedOf } from './fields.ts';
import { createLearner } from './learner.ts';

/** Reads the features of an endpoint's requests, and learns their bins from stable's first ones. */
export interface FeatureReader {
  /** `null` where nothing is to be counted: of a copy, of a body that was not captured, and of more than the budget allows. */
  read(
    observation: Observation,
    settings: CaptureSettings,
    of: { readonly now: number; readonly isStable: boolean; readonly profile?: NamedProfile | null },
  ): Asked | null;
  /** Those of the profile, where there is one; else what was learnt, `null` while that goes on. */
  bins(redacted: readonly string[], profile?: NamedProfile | null): EndpointBins | null;
  /** As `contentOf`, but parses the bodies of the request that was read last only once. */
  readonly content: (observation: Observation, settings: Pick<CaptureSettings, 'redact'>) => Content;
}

/** All endpoints share one, as they share the process. */
const isAffordable = createBudget();

export function createFeatureReader(endpoint: string, profiles: Profiles): FeatureReader {
  let learner = createLearner();
  let model = profiles.of(endpoint).model;
  let last: { readonly observation: Observation; readonly content: Content } | null = null;

  function content(observation: Observation, settings: Pick<CaptureSettings, 'redact'>): Content {
    if (last?.observation !== observation) last = { observation, content: contentOf(observation, settings) };
    return last.content;
  }

  function learn(asked: Asked): void {
    if (model !== profiles.of(endpoint).model) [learner, model] = [createLearner(), profiles.of(endpoint).model];
    const bins = learner.see(asked);
    if (bins === null) return;
    learner = createLearner();
    const isEmpty = Object.keys({ ...bins.inputs, ...bins.outputs }).length === 0;
    if (!isEmpty) profiles.change(endpoint, { bins });
  }

  return {
    content,
    read(observation, settings, { now, isStable, profile = null }) {
      const { role, request } = observation;
      const mustLearn = profile === null && profiles.of(endpoint).bins === null;
      if (role !== 'live' || request.text === null || (mustLearn && !isStable)) return null;
      if (!isAffordable(observation, now)) return null;
      const asked = askedOf(observation, content(observation, settings), settings.redact, profile);
      if (mustLearn) learn(asked);
      return asked;
    },
    bins(redacted, profile = null) {
      const bins = profile ? binsOfProfile(profile) : profiles.of(endpoint).bins;
      return bins && withoutRedacted(bins, redacted);
    },
  };
}
