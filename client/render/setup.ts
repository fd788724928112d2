import { paint } from '../terminal.ts';
import type { SetupReport } from '../setup/setup.ts';

/** One line for each thing that is ready now, saying what was done for it. */
export function renderSetup({ database, temporal }: SetupReport): string {
  const { applied, version, address, notes } = database;
  const { namespace, namespaceCreated, attributesRegistered, janitorScheduled } = temporal;
  const lines = [
    [
      'Database',
      `${address}: ${applied.length === 0 ? 'up to date' : `applied ${applied.join(', ')}`}, version ${version}`,
    ],
    ['Namespace', `${namespace}: ${namespaceCreated ? 'created' : 'exists'}`],
    [
      'Attributes',
      attributesRegistered.length === 0 ? 'registered already' : `registered ${attributesRegistered.join(', ')}`,
    ],
    ['Janitor', janitorScheduled ? 'scheduled every minute' : 'scheduled already'],
  ].map(([name = '', text]) => `${paint.good('✓')} ${name.padEnd(12)}${text}`);
  return [...lines, ...notes.map((note) => `${paint.warn('!')} ${note}`)].join('\n') + '\n';
}
