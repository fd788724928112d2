import { dirname, resolve } from 'node:path';
import { readFile } from 'node:fs/promises';
import { formatFaults, type Fault, type FoundFault } from './fault.ts';
import { formChecker } from './form-faults.ts';
import { NAME_PATTERN } from '../domain/ids.ts';
import { object, text } from './schema-parts.ts';
import { planReceiver, type Receiver, type ReceiverSpec } from '../domain/receivers.ts';
import { reader } from './reader.ts';
import { readYaml } from './read-yaml.ts';
import { receiverFaults } from './rules-receivers.ts';
import { receivers } from './schema-receivers.ts';

/** A place where endpoints live. `local` without a URL is the serving host that `slipway up` started. */
export interface TargetConfig {
  readonly kind: 'local';
  /** The serving host's API; `null` for the one under `SLIPWAY_HOME`. */
  readonly url: string | null;
  /** File that holds its token; `null` for the one under `SLIPWAY_HOME`. */
  readonly tokenFile: string | null;
}

export interface Config {
  readonly targets: Readonly<Record<string, TargetConfig>>;
  /** Who is told of rollouts whose specification does not say. */
  readonly notify: readonly Receiver[];
}

interface ConfigFile {
  targets?: Record<string, { kind: 'local'; url?: string; tokenFile?: string }>;
  notify?: ReceiverSpec[];
}

const target = object(
  'One target.',
  {
    kind: { enum: ['local'], description: 'Which adapter serves it.' },
    url: text("The serving host's API.", 'http://10.0.0.5:8470', '^https?://'),
    tokenFile: text('File that holds its token.', 'secrets/serving-token'),
  },
  ['kind'],
);

const faultsOf = formChecker(
  object('slipway.yaml', {
    targets: {
      type: 'object',
      description: 'Names to places.',
      propertyNames: { type: 'string', pattern: NAME_PATTERN },
      additionalProperties: target,
    },
    notify: receivers,
  }),
);

/** Without a file there is one target, `local`. */
const DEFAULT: Config = { targets: { local: { kind: 'local', url: null, tokenFile: null } }, notify: [] };

/** The file `slipway.yaml` is refused; says where and why. */
export class InvalidConfig extends Error {
  readonly faults: readonly Fault[];
  constructor(file: string, faults: readonly Fault[]) {
    super(formatFaults(file, faults));
    this.name = 'InvalidConfig';
    this.faults = faults;
  }
}

/**
 * Reads `slipway.yaml`, by default from the present folder; a missing file means the defaults.
 *
 * @throws InvalidConfig naming every fault
 */
export async function readConfig(file: string = resolve('slipway.yaml')): Promise<Config> {
  const written = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return written === null ? DEFAULT : parseConfig(written, file);
}

/** The same for text that is already at hand; `file` is what relative paths in it start from. */
export function parseConfig(written: string, file: string): Config {
  const { value, faults, locate } = readYaml(written);
  const all = [...faults, ...(value === undefined || value === null ? [] : faultsIn(value).map(locate))];
  if (all.length > 0) throw new InvalidConfig(file, all);
  const targets = Object.entries((value as ConfigFile | null)?.targets ?? {}).map(
    ([name, { kind, url, tokenFile }]) => {
      const token = tokenFile === undefined ? null : resolve(dirname(file), tokenFile);
      return [name, { kind, url: url ?? null, tokenFile: token }] as const;
    },
  );
  const notify = ((value as ConfigFile | null)?.notify ?? []).map(planReceiver);
  return { targets: { ...DEFAULT.targets, ...Object.fromEntries(targets) }, notify };
}

function faultsIn(value: unknown): FoundFault[] {
  return [...faultsOf(value), ...receiverFaults(reader(value))];
}
