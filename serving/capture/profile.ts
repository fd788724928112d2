import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EndpointBins } from './features/endpoint-bins.ts';
import { NO_LABELS } from './labels/label-kind.ts';
import type { LabelKind } from './labels/label-kind.ts';

/** What capture has learnt of an endpoint and must not learn anew, since earlier batches were counted by it. */
export interface Profile {
  readonly model: string;
  /** `null` until stable has answered enough requests. */
  readonly bins: EndpointBins | null;
  readonly labels: LabelKind;
  /** Processor seconds per second that the server of a version uses without any request. */
  readonly idle: Readonly<Record<string, number>>;
}

/** The profiles of all endpoints, each a small file. */
export interface Profiles {
  of(endpoint: string): Profile;
  /** Another model on the endpoint begins a new profile. */
  begin(endpoint: string, model: string): void;
  change(endpoint: string, change: Partial<Omit<Profile, 'model'>>): void;
}

/** Goes up whenever the fields of {@link Profile} change. */
const FORMAT = 1;

/** Without a folder nothing outlives the process. */
export function createProfiles(folder: string | null): Profiles {
  const known = new Map<string, Profile>();
  const fileOf = (endpoint: string): string | null => folder && join(folder, `${endpoint}.json`);
  const of = (endpoint: string): Profile => known.get(endpoint) ?? emptyProfile('');

  return {
    of,
    begin(endpoint, model) {
      if (known.get(endpoint)?.model === model) return;
      const stored = read(fileOf(endpoint));
      known.set(endpoint, stored?.model === model ? stored : emptyProfile(model));
    },
    change(endpoint, change) {
      const profile = { ...of(endpoint), ...change };
      known.set(endpoint, profile);
      const file = fileOf(endpoint);
      if (file !== null) write(file, profile);
    },
  };
}

function emptyProfile(model: string): Profile {
  return { model, bins: null, labels: NO_LABELS, idle: {} };
}

/** `null` where there is none, or one that other code has written. */
function read(file: string | null): Profile | null {
  if (file === null) return null;
  try {
    const { format, ...profile } = JSON.parse(readFileSync(file, 'utf8')) as Profile & { format: number };
    return format === FORMAT ? profile : null;
  } catch {
    return null;
  }
}

function write(file: string, profile: Profile): void {
  try {
    mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.new`, JSON.stringify({ format: FORMAT, ...profile }), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch {
    // A full disk must not cost the counts; what is known stays known until the process ends.
  }
}
