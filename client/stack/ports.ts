import { createServer } from 'node:net';

/** Where each server listens when nobody else does. */
export const PREFERRED = {
  temporal: 7233,
  temporalUi: 8233,
  postgres: 5433,
  mlflow: 5000,
  serving: 8470,
  gateway: 8480,
  worker: 8490,
} as const;

export type PortName = keyof typeof PREFERRED;
export type Ports = Readonly<Record<PortName, number>>;

/** What people call them. */
export const PORT_TITLES: Readonly<Record<PortName, string>> = {
  temporal: 'Temporal',
  temporalUi: "Temporal's Web UI",
  postgres: 'PostgreSQL',
  mlflow: 'MLflow',
  serving: "the serving host's API",
  gateway: 'the prediction gateway',
  worker: "the worker's health",
};

export const PORT_NAMES = Object.keys(PREFERRED) as PortName[];

/** A server whose wanted port belongs to someone else. */
export interface MovedPort {
  readonly name: PortName;
  readonly from: number;
  readonly to: number;
}

/** How far from the wanted port to look. */
const REACH = 200;

/**
 * Keeps the ports of what runs and finds free ones for the rest: the port of last time, else the preferred one, else
 * the next free one.
 */
export async function choosePorts(
  before: Partial<Ports>,
  held: ReadonlySet<PortName>,
): Promise<{ ports: Ports; moved: readonly MovedPort[] }> {
  const ports: Record<PortName, number> = { ...PREFERRED, ...before };
  const used = new Set([...held].map((name) => ports[name]));
  const moved: MovedPort[] = [];
  for (const name of PORT_NAMES.filter((free) => !held.has(free))) {
    const wanted = ports[name];
    ports[name] = await nextFree(wanted, used);
    used.add(ports[name]);
    if (ports[name] !== wanted) moved.push({ name, from: wanted, to: ports[name] });
  }
  return { ports, moved };
}

async function nextFree(wanted: number, used: ReadonlySet<number>): Promise<number> {
  for (let port = wanted; port < wanted + REACH; port++) if (!used.has(port) && (await isFree(port))) return port;
  throw new Error(`no free port between ${wanted} and ${wanted + REACH}`);
}

/** Whether nobody listens there on loopback. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
