import { fileURLToPath } from 'node:url';
import { join, resolve, sep } from 'node:path';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Where Slipway keeps its state: `SLIPWAY_HOME`, else `.slipway` in the checkout or, installed, in the present folder. */
export function slipwayHome(env: NodeJS.ProcessEnv = process.env): string {
  if (env.SLIPWAY_HOME) return resolve(env.SLIPWAY_HOME);
  const installed = ROOT.includes(`${sep}node_modules${sep}`);
  return join(installed ? process.cwd() : ROOT, '.slipway');
}
