import type { DoctorPorts, Place } from './ports.ts';
import { knownPlaces } from './read-store.ts';
import type { Asking } from './unreachable.ts';

/** Every endpoint that ledger, Temporal or a target knows of, each once. */
export async function placesOf(ports: DoctorPorts, asking: Asking): Promise<Place[]> {
  const { pool, workflows } = ports;
  const found = [
    ...((await asking.ask('PostgreSQL', pool && (() => knownPlaces(pool)))) ?? []),
    ...((await asking.ask('Temporal', workflows && (() => workflows.places()))) ?? []),
    ...(await onTargets(ports, asking)),
  ];
  const byName = new Map(found.map(({ target, endpoint }) => [`${target}/${endpoint}`, { target, endpoint }]));
  return [...byName.values()];
}

async function onTargets(ports: DoctorPorts, asking: Asking): Promise<Place[]> {
  const names = await ports.targetNames();
  const lists = names.map(async (name) => {
    const listed = await asking.ask(`target ${name}`, async () => (await ports.target(name)).endpoints?.() ?? []);
    return (listed ?? []).map((endpoint) => ({ target: name, endpoint }));
  });
  return (await Promise.all(lists)).flat();
}
