import { gates } from './schema-gates.ts';
import { ab } from './schema-ab.ts';
import { duration, list, object, text, type Schema } from './schema-parts.ts';
import { COOKIE_PATTERN } from '../domain/user-key.ts';
import { HEADER_PATTERN, MODEL_PATTERN, VERSION_PATTERN } from './patterns.ts';
import { NAME_PATTERN } from '../domain/ids.ts';
import { monitor } from './schema-monitor.ts';
import { outcomes } from './schema-outcomes.ts';
import { retrain } from './schema-retrain.ts';
import { receivers } from './schema-receivers.ts';
import { build, canary, risk, rollback, runtime, serving, shadow, soak } from './schema-stages.ts';
import { capture, validate } from './schema-data.ts';
import { DEFAULT_VERSION } from '../domain/plan.ts';

/** The JSON Schema of a rollout specification; published as `slipway.schema.json` for editors. */
export const SPEC_SCHEMA: Schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Slipway rollout',
  ...object(
    'A rollout of one model version to one endpoint. Only `endpoint` and `model` have no default.',
    {
      endpoint: text('The named place that clients call for predictions.', 'digits', NAME_PATTERN),
      model: text("The registered model's name in MLflow.", 'digits', MODEL_PATTERN),
      version: {
        type: ['string', 'integer'],
        pattern: VERSION_PATTERN,
        minimum: 1,
        description: "The registry's version number, or an alias with a leading @.",
        default: DEFAULT_VERSION,
      },
      target: {
        ...text('Where the endpoint lives; see `targets` in slipway.yaml.', 'local', NAME_PATTERN),
        default: 'local',
      },
      runtime,
      serving,
      build,
      validate,
      shadow,
      canary,
      risk,
      ab,
      soak,
      rollback,
      monitor,
      gates,
      sticky: object(
        'Keeps each user on one version, and has gates count by user instead of by request. One of both keys.',
        {
          header: text('Request header that names the user.', 'x-user-id', HEADER_PATTERN),
          cookie: text('Cookie that names the user.', 'uid', COOKIE_PATTERN),
        },
      ),
      capture,
      approval: list(
        'Stages that begin only when a person approves.',
        { enum: ['shadow', 'canary', 'full'] },
        ['full'],
        { uniqueItems: true, default: [] },
      ),
      approvalTimeout: duration('Longest wait for a person; then the rollout goes back and is held.', '7d'),
      maxBlind: duration('Longest time without evidence while the candidate has live traffic.', '15m'),
      notify: receivers,
      retrain,
      outcomes,
    },
    ['endpoint', 'model'],
  ),
};
