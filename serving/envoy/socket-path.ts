import { createHash } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** Unix socket addresses hold 104 bytes on macOS and 108 on Linux, with a closing zero. */
const LONGEST = 103;

/**
 * Where a Unix socket of this state directory lies: inside it, or, when its path is too long for that, under a name
 * made from the path in the system's temporary directory. Equal for every process that is given the same directory.
 */
export function socketPath(stateDir: string, name: string): string {
  const plain = join(stateDir, name);
  if (Buffer.byteLength(plain) <= LONGEST) return plain;
  const digest = createHash('sha256').update(stateDir).digest('hex').slice(0, 16);
  const folder = join(tmpdir(), `slipway-${digest}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Anybody may write into the temporary directory, and whoever owns the folder could put sockets of his own there.
  if (statSync(folder).uid !== userInfo().uid) throw new Error(`${folder} belongs to somebody else: remove it`);
  return join(folder, name);
}
