import { duration, flag, list, object, text, type Schema } from './schema-parts.ts';
import { FIELD_PATH_PATTERN } from './patterns.ts';

const textRule: Schema = {
  enum: ['exact', 'normalised'],
  description: 'Whether texts have to be equal, or only their words: case, spacing and punctuation left aside.',
  default: 'exact',
};

const field = object(
  'One place in an answer.',
  {
    path: text(
      'Names and positions below the predictions (or the whole answer, where it has none), joined by dots; * is any one.',
      'choices.*.message.content',
      FIELD_PATH_PATTERN,
    ),
    ignore: flag('Whether the place is left out: ids, times, usage.', false),
    tolerance: {
      type: 'number',
      minimum: 0,
      description: "How far numbers may differ there, relative to the served one; the shadow's own when absent.",
      examples: [0.05],
    },
    text: textRule,
  },
  ['path'],
);

/** How the answers of a shadow are compared where being equal is too much to ask. */
export const compare = object(
  'How answers are compared where being equal is too much to ask: texts, generated answers.',
  {
    text: textRule,
    fields: list('Rules for single places; the first that fits counts.', field, [{ path: 'usage', ignore: true }]),
    score: object(
      'A program that is asked about answers that differ by the rules; it runs on the serving host.',
      {
        command: list(
          'Reads lines {"served": …, "mirrored": …} and answers each, in order, with {"similarity": 0.93}; ends with its input.',
          { type: 'string', minLength: 1 },
          ['python', 'similarity.py'],
          { minItems: 1 },
        ),
        atLeast: {
          type: 'number',
          description: 'From this similarity on answers agree; in whatever unit the program answers.',
          default: 0.9,
        },
        timeout: duration('Longest time for one answer; a pair without one is no evidence.', '2s'),
      },
      ['command'],
    ),
  },
);
