import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** Where they are unpacked, and where Alertmanager has to be run. */
export const CACHE = resolve(import.meta.dirname, '../../.cache/prometheus');

export interface PrometheusPrograms {
  readonly prometheus: string;
  readonly promtool: string;
  readonly alertmanager: string;
}

/** Where the programs are, or why they cannot be had; what is missing is unpacked from Debian's packages, without root. */
export async function findPrometheus(): Promise<PrometheusPrograms | { readonly missing: string }> {
  const programs = {
    prometheus: process.env['PROMETHEUS_BIN'] ?? join(CACHE, 'usr/bin/prometheus'),
    promtool: process.env['PROMTOOL_BIN'] ?? join(CACHE, 'usr/bin/promtool'),
    alertmanager: process.env['ALERTMANAGER_BIN'] ?? join(CACHE, 'alertmanager'),
  };
  const areThere = () => Object.values(programs).every((path) => existsSync(path));
  try {
    if (!areThere()) await unpack();
  } catch (error) {
    return { missing: `${HINT} (apt-get: ${String(error).split('\n')[0]})` };
  }
  return areThere() ? programs : { missing: HINT };
}

const HINT =
  'Prometheus is missing: on Debian it is unpacked by itself, elsewhere set PROMETHEUS_BIN, PROMTOOL_BIN and ALERTMANAGER_BIN';

async function unpack(): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  await run('apt-get', ['download', 'prometheus', 'prometheus-alertmanager'], { cwd: CACHE, timeout: 120_000 });
  for (const file of await readdir(CACHE))
    if (file.endsWith('.deb')) await run('dpkg-deb', ['-x', file, '.'], { cwd: CACHE });
  await makeRelative();
}

/** Debian's Alertmanager looks for its templates under /usr: in the copy, a path as long leads there from where it is run. */
async function makeRelative(): Promise<void> {
  const program = await readFile(join(CACHE, 'usr/bin/prometheus-alertmanager'), 'latin1');
  const moved = program.replaceAll('/usr/share/prometheus/alertmanager', 'usr//share/prometheus/alertmanager');
  await writeFile(join(CACHE, 'alertmanager'), moved, { encoding: 'latin1', mode: 0o755 });
}
