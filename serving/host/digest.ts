import type { FileHash } from '../../domain/digest.ts';
import { artifactDigest } from '../../domain/digest.ts';
import { GiveUp } from './give-up.ts';
import { createHash, hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** The digest of every file under a folder; see {@link artifactDigest}. Throws for anything that is not a plain file. */
export async function folderDigest(folder: string, signal?: AbortSignal): Promise<string> {
  const files: FileHash[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const file = join(entry.parentPath, entry.name);
    // A link may lead to other bytes tomorrow, and would be served without ever having been hashed.
    if (!entry.isFile()) throw new GiveUp(`${file} is not a plain file`);
    const path = relative(folder, file).split(sep).join('/');
    // A line break in a name could forge a line of the list that is hashed.
    if (/\p{Cc}/u.test(path)) throw new GiveUp(`the name ${JSON.stringify(path)} has a control character in it`);
    files.push({ path, sha256: await fileHash(file, signal) });
  }
  return artifactDigest(files, (text) => hash('sha256', text, 'hex'));
}

async function fileHash(file: string, signal?: AbortSignal): Promise<string> {
  const sha256 = createHash('sha256');
  await pipeline(createReadStream(file), sha256, { signal });
  return sha256.digest('hex');
}
