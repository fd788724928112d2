import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DesiredEndpoint } from '../data-plane.ts';
import type { CapturedEndpoint } from './counting.ts';

/** The host writes, capture reads: so that a capture process that comes back needs no host to go on. */
export function writeSettings(stateDir: string, endpoints: readonly DesiredEndpoint[]): void {
  const captured = endpoints.map(({ endpoint, settings, fence, route }): CapturedEndpoint => {
    return { endpoint, settings, fence, route };
  });
  const path = settingsPath(stateDir);
  writeFileSync(`${path}.new`, JSON.stringify(captured));
  renameSync(`${path}.new`, path);
}

export function readSettings(stateDir: string): readonly CapturedEndpoint[] {
  try {
    return JSON.parse(readFileSync(settingsPath(stateDir), 'utf8')) as readonly CapturedEndpoint[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function settingsPath(stateDir: string): string {
  return join(stateDir, 'settings.json');
}
