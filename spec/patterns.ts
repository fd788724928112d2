import { DURATION_PATTERN } from '../domain/duration.ts';
import { COOKIE_PATTERN } from '../domain/user-key.ts';
import { NAME_PATTERN } from '../domain/ids.ts';

/** An HTTP field name (RFC 9110 §5.6.2, token). */
export const HEADER_PATTERN = "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$";

/** MLflow refuses slashes and colons in names of registered models. */
export const MODEL_PATTERN = '^[^/:]+$';

/** A registry number, or an alias with a leading @. */
export const VERSION_PATTERN = '^([1-9][0-9]*|@[A-Za-z0-9_.-]+)$';
/** A name of an environment variable. */
export const SECRET_ENV_PATTERN = '^[A-Za-z_][A-Za-z0-9_]*$';
/** The path of a URL. */
export const PATH_PATTERN = '^/';

/** What a parser of tables knows how to read, by the ending of the name. */
export const TABLE_PATTERN = '\\.(csv|jsonl|ndjson|json|parquet)(\\.gz|\\.zst)?$';

/** An address that mail goes to, without a name before it. */
export const EMAIL_PATTERN = '^[^@\\s<>,]+@[^@\\s<>,]+$';
/** An address that mail comes from, with or without a name before it. */
export const SENDER_PATTERN = '^([^@<>,]+<)?[^@\\s<>,]+@[^@\\s<>,]+>?$';

/** Where something stands in a JSON value: names, positions and stars, joined by dots. */
export const FIELD_PATH_PATTERN = '^[^.]+(\\.[^.]+)*$';

/** Rewards are named in outcomes, in `ab.metrics` and in verdicts. */
export const REWARD_PATTERN = '^[A-Za-z][A-Za-z0-9_-]{0,62}$';

/** What each form looks like, in words. */
export const FORMS: Readonly<Record<string, string>> = {
  [DURATION_PATTERN]: 'a duration such as 30s, 15m, 24h',
  [NAME_PATTERN]: 'a name of at most 63 small letters, digits and inner hyphens',
  [HEADER_PATTERN]: 'the name of an HTTP header, such as x-user-id',
  [COOKIE_PATTERN]: 'the name of a cookie, such as uid',
  [MODEL_PATTERN]: 'a name without slashes and colons',
  [VERSION_PATTERN]: 'a version number, or an alias with a leading @ such as @challenger',
  [SECRET_ENV_PATTERN]: 'the name of an environment variable (not the secret itself), such as SLIPWAY_WEBHOOK_SECRET',
  [PATH_PATTERN]: 'a path that begins with /',
  [EMAIL_PATTERN]: 'an e-mail address such as ops@example.com',
  [SENDER_PATTERN]: 'an e-mail address such as slipway@example.com or Slipway <slipway@example.com>',
  [FIELD_PATH_PATTERN]: 'names joined by dots, with * for any one, such as choices.*.message.content',
  '^https?://': 'an http or https URL',
  [REWARD_PATTERN]: 'a name of letters, digits, _ and -, such as paid or order_value',
  [TABLE_PATTERN]: 'a file ending in .csv, .jsonl, .json or .parquet',
};
