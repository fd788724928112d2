import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';

/** Rejects with who holds the port, as far as the system tells, when it cannot be listened on. */
export async function requireFreePort(port: number): Promise<void> {
  const code = await bindFault(port);
  if (code === null) return;
  if (code !== 'EADDRINUSE') throw new Error(`the gateway cannot listen on 127.0.0.1:${port}: ${code}`);
  const owner = portOwner(port);
  const who = owner === null ? 'another program' : `process ${owner.pid} (${owner.program})`;
  throw new Error(`port ${port} on 127.0.0.1 is taken by ${who}: end it, or give the gateway another port`);
}

function bindFault(port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(null)));
  });
}

/** The process that listens on a port: the socket's inode from /proc/net/tcp, then whoever has it open. Linux only. */
function portOwner(port: number): { pid: number; program: string } | null {
  try {
    const inode = listeningInode(port);
    if (inode === null) return null;
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
      if (holdsSocket(pid, inode))
        return { pid: Number(pid), program: readFileSync(`/proc/${pid}/comm`, 'utf8').trim() };
  } catch {
    // Only the message gets poorer.
  }
  return null;
}

function listeningInode(port: number): string | null {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const line of readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)) {
    const [, address = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    if (address.endsWith(local) && state === '0A') return inode ?? null;
  }
  return null;
}

function holdsSocket(pid: string, inode: string): boolean {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((fd) => readlinkSync(`${folder}/${fd}`) === `socket:[${inode}]`);
  } catch {
    return false;
  }
}
