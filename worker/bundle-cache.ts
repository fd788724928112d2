import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { slipwayHome } from '../spec/home.ts';

const CHECKOUT = resolve(import.meta.dirname, '..');
/** All that workflow code may import of this project, as test/architecture.test.ts sees to. */
const SOURCES = ['workflows', 'domain'];
const PACKAGES = ['@temporalio/worker', '@temporalio/workflow', '@temporalio/common'];

/**
 * The bundle of the present workflow code, made by `bundle` unless some worker made it before.
 *
 * It lies in `cache/` of SLIPWAY_HOME under a name that follows from the content of everything that goes into it; where
 * that folder cannot be written, in a temporary one.
 */
export async function bundleFile(
  bundle: (file: string) => Promise<unknown>,
  folder: string = join(slipwayHome(), 'cache'),
): Promise<string> {
  const file = join(folder, `workflows-${await sourcesHash()}.cjs`);
  if (await exists(file)) return file;
  const made = await temporaryIn(folder);
  await bundle(join(made, 'bundle.cjs'));
  if (!made.startsWith(folder)) return join(made, 'bundle.cjs');
  // Workers that start together may both have made it; whichever comes last replaces it by the same.
  await rename(join(made, 'bundle.cjs'), file);
  await rm(made, { recursive: true, force: true });
  await removeOld(folder);
  return file;
}

/** Those of earlier code; younger ones may be about to be read. */
async function removeOld(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const age = Date.now() - ((await stat(file).catch(() => null))?.mtimeMs ?? Infinity);
    if (age > KEEP_MS && /^(workflows|bundling)-/.test(name)) await rm(file, { recursive: true, force: true });
  }
}

const KEEP_MS = 7 * 24 * 3_600_000;

/** Changes with any file that a bundle could hold, and with the programs that make it. */
export async function sourcesHash(root: string = CHECKOUT): Promise<string> {
  const hash = createHash('sha256').update(process.version);
  const require = createRequire(join(CHECKOUT, 'package.json'));
  for (const name of PACKAGES) {
    const { version } = require(`${name}/package.json`) as { version: string };
    hash.update(`\n${name} ${version}`);
  }
  for (const folder of SOURCES) {
    const names = await readdir(join(root, folder), { recursive: true });
    for (const name of names.filter((each) => /\.[cm]?[jt]s$/.test(each)).sort()) {
      hash.update(`\n${folder}/${name}\n`).update(await readFile(join(root, folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 20);
}

async function temporaryIn(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true });
    return await mkdtemp(join(folder, 'bundling-'));
  } catch {
    return mkdtemp(join(tmpdir(), 'slipway-workflows-'));
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
