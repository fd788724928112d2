import { statfsSync } from 'node:fs';
import { Fault } from './faults.mjs';

// node_modules and .venv take 2 GB; the rest is what npm and pip unpack on the way.
const neededBytes = 3e9;

export function checkDisk(root) {
  const { bavail, bsize } = statfsSync(root);
  const free = bavail * bsize;
  if (free >= neededBytes) return;
  throw new Fault(
    `The set-up needs 3 GB of free disk and ${root} has ${(free / 1e9).toFixed(1)} GB left: free some space, then run the same command again.`,
  );
}
