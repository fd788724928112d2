import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Secrets by a name to call them by. */
export type Secrets = Readonly<Record<string, string>>;

/** Names of the secrets that a text holds, as they are, in a URL or in base64, as headers carry them. */
export function secretsIn(text: string | Buffer, secrets: Secrets): string[] {
  const haystack = typeof text === 'string' ? Buffer.from(text) : text;
  return Object.entries(secrets).flatMap(([name, secret]) =>
    formsOf(secret).some((form) => haystack.includes(form)) ? [name] : [],
  );
}

/** Base64 hides a secret behind one of three alignments; what is the same in each is its middle. */
function formsOf(secret: string): string[] {
  const aligned = [0, 1, 2].map((shift) => {
    const encoded = Buffer.from(' '.repeat(shift) + secret).toString('base64');
    return encoded.slice(shift === 0 ? 0 : 4, -4);
  });
  return [secret, encodeURIComponent(secret), ...aligned];
}

/** `path: secret` for every file below a folder that holds one; folders and files named in `but` are known to. */
export async function secretsBelow(folder: string, secrets: Secrets, but: readonly string[] = []): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (but.includes(path)) continue;
    const kind = await lstat(path);
    if (kind.isDirectory()) found.push(...(await secretsBelow(path, secrets, but)));
    if (kind.isFile()) found.push(...secretsIn(await readFile(path), secrets).map((secret) => `${path}: ${secret}`));
  }
  return found;
}

/** `pid command: secret` for every process whose command line holds one: anybody on the machine can read those. */
export async function secretsInCommandLines(secrets: Secrets): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.flatMap((line, index) =>
    secretsIn(line, secrets).map((secret) => `${pids[index]} ${line.slice(0, 80)}: ${secret}`),
  );
}
