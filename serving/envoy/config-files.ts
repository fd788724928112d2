import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** A file of Envoy's file-based discovery. */
export interface DiscoveryFile<Resource> {
  readonly version: string;
  readonly resources: readonly Resource[];
}

interface WrittenFile<Resource> {
  readonly version_info: string;
  readonly resources: readonly Resource[];
}

/** What the file holds; empty when there is none yet, or when it cannot be read as JSON. */
export function readDiscovery<Resource>(path: string): DiscoveryFile<Resource> {
  try {
    const file = JSON.parse(readFileSync(path, 'utf8')) as WrittenFile<Resource>;
    return { version: file.version_info, resources: file.resources };
  } catch {
    return { version: '', resources: [] };
  }
}

/** Envoy looks again only when a file is renamed into place, within one directory. */
export function writeDiscovery<Resource>(path: string, { version, resources }: DiscoveryFile<Resource>): void {
  const file: WrittenFile<Resource> = { version_info: version, resources };
  writeFileSync(`${path}.new`, JSON.stringify(file));
  renameSync(`${path}.new`, path);
}

/** The number that a version ends in, `… #17`; 0 without one. */
export function revisionOf(version: string): number {
  return Number(/#(\d+)$/.exec(version)?.[1] ?? 0);
}
