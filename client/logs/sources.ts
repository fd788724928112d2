import { join } from 'node:path';
import { readdir, readFile } from 'node:fs/promises';
import { parseLines, type LogLine, type LogOrigin, type LogPart } from './line.ts';
import { pathsUnder } from '../stack/paths.ts';
import { PARTS } from '../stack/part.ts';
import { Tail } from './tail.ts';
import type { EndpointSettings } from '../../domain/serving-contract.ts';

/** One log; each reading gives what is new in it. */
export interface LogSource {
  readonly origin: LogOrigin;
  readonly read: () => Promise<LogLine[]>;
}

const SHARED: ReadonlySet<LogPart> = new Set(['temporal', 'postgres', 'mlflow']);

/** The logs under `SLIPWAY_HOME`; of a version as long as it is deployed. */
export async function localSources(home: string): Promise<LogSource[]> {
  const serving = join(home, 'serving');
  const part = (name: LogPart) => ({ part: name, endpoint: null, version: null });
  const models = (await names(join(serving, 'logs'))).flatMap((name) => {
    const [, endpoint, version] = /^([^.]+)\.(.+)\.log$/.exec(name) ?? [];
    return endpoint === undefined || version === undefined
      ? []
      : [fileSource(join(serving, 'logs', name), { part: 'model', endpoint, version })];
  });
  return [
    ...PARTS.map((name) => fileSource(pathsUnder(home).log(name), part(name))),
    ...(['capture', 'envoy'] as const).map((name) => fileSource(join(serving, name, `${name}.log`), part(name))),
    ...models,
  ];
}

/** Whether its lines can be about an endpoint; the others are read only where they are named. */
export function isAboutEndpoints(part: LogPart): boolean {
  return !SHARED.has(part);
}

/** The fields that any endpoint here blanks in its prediction log. */
export async function redactedFields(home: string): Promise<string[]> {
  const folder = join(home, 'serving', 'state');
  const files = (await names(folder)).filter((name) => name.endsWith('.json'));
  const records = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8').catch(() => '{}')));
  return records.flatMap(
    (text) => (JSON.parse(text) as { settings?: EndpointSettings }).settings?.capture.redact ?? [],
  );
}

/** The secrets of the local stack, by value. */
export async function stackSecrets(home: string): Promise<string[]> {
  const { postgresPasswords, servingToken } = pathsUnder(home);
  const [passwords, token] = await Promise.all(
    [postgresPasswords, servingToken].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  const values: unknown[] = passwords ? Object.values(JSON.parse(passwords) as object) : [];
  return [token?.trim() ?? '', ...values.filter((value) => typeof value === 'string')];
}

function fileSource(file: string, origin: LogOrigin): LogSource {
  const tail = new Tail(file);
  let last: string | null = null;
  return {
    origin,
    read: async () => {
      const lines = parseLines(await tail.read(), origin, last ?? (await tail.begun()));
      last = lines.at(-1)?.time ?? last;
      return lines;
    },
  };
}

async function names(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
