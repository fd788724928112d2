import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { slipwayHome } from '../../../spec/home.ts';
import { TargetRefusal } from '../target.ts';

/** Where a serving host is; what is left out is looked up under `SLIPWAY_HOME`, where a local host announces itself. */
export interface HostLocation {
  readonly url?: string | null;
  readonly token?: string | null;
  readonly tokenFile?: string | null;
}

export interface HostAddress {
  readonly url: string;
  readonly token: string;
}

/** Looked up anew for every call: the host may come back on another port while the worker runs. */
export async function hostAddress({ url, token, tokenFile }: HostLocation): Promise<HostAddress> {
  const folder = join(slipwayHome(), 'serving');
  return {
    url: (url ?? (await announcedUrl(join(folder, 'host.json')))).replace(/\/+$/, ''),
    token: token ?? (await readOrRefuse(tokenFile ?? join(folder, 'token'))).trim(),
  };
}

async function announcedUrl(file: string): Promise<string> {
  const { url } = JSON.parse(await readOrRefuse(file)) as { url: string };
  return url;
}

async function readOrRefuse(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new TargetRefusal(
      'unavailable',
      `no serving host runs here (${file} cannot be read); start it with \`slipway up\``,
    );
  }
}
