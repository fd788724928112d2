import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DesiredEndpoint } from '../data-plane.ts';
import type { CapturedEndpoint } from './counting.ts';

interface SettingsFile {
  readonly format: number;
  readonly endpoints: readonly CapturedEndpoint[];
}

/** Goes up whenever the fields of {@link CapturedEndpoint} change. */
const FORMAT = 3;

/** The host writes, capture reads: so that a capture process that comes back needs no host to go on. */
export function writeSettings(stateDir: string, endpoints: readonly DesiredEndpoint[]): void {
  const captured = endpoints.map(({ endpoint, settings, fence, route, versions }): CapturedEndpoint => {
    const predictPaths = versions.map(({ predictPath }) => predictPath).filter((path) => path !== undefined);
    const servers = versions.flatMap(({ key, process }) => (process ? [{ version: key, process }] : []));
    const profile = versions.find(({ key }) => key === route.arms[0]?.version)?.profile ?? null;
    return { endpoint, settings, fence, route, predictPaths: [...new Set(predictPaths)], servers, profile };
  });
  const file: SettingsFile = { format: FORMAT, endpoints: captured };
  const path = settingsPath(stateDir);
  writeFileSync(`${path}.new`, JSON.stringify(file));
  renameSync(`${path}.new`, path);
}

/** Empty where there is no file, or one that other code has written: the host writes it anew as soon as it is there. */
export function readSettings(stateDir: string): readonly CapturedEndpoint[] {
  try {
    const { format, endpoints } = JSON.parse(readFileSync(settingsPath(stateDir), 'utf8')) as SettingsFile;
    return format === FORMAT ? endpoints : [];
  } catch {
    return [];
  }
}

function settingsPath(stateDir: string): string {
  return join(stateDir, 'settings.json');
}
