import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ask } from './http.ts';
import { codecFlags } from '../../codec/endpoint.ts';
import { CONFIG } from './temporal-postgres.ts';
import { isFree } from '../ports.ts';
import { isRunning, markOf, type ProcessIdentity } from '../process-table.ts';
import { launch } from '../launch.ts';
import { temporalUiBinary } from '../binaries.ts';
import { waitUntil } from '../wait-until.ts';
import { writeFileAtomic } from '../files.ts';
import type { StackContext } from '../part.ts';

const START_MS = 15_000;

/**
 * Starts Temporal's Web UI beside the production server, unless it runs; it bears the server's mark and ends with it.
 *
 * Where it does not start, people lose a view and no rollout loses anything: that is told, and no fault.
 */
export async function ensureWebUi(context: StackContext): Promise<void> {
  const { addresses, env, home, paths, ports } = context;
  const file = temporalUiBinary(env);
  const record = join(paths.temporal, 'ui.json');
  if (file === null || (await runs(record))) return;
  const log = join(paths.logs, 'temporal-ui.log');
  const command = {
    file,
    args: ['--root', '/', '--config', CONFIG, '--env', 'ui', 'start'],
    env: {
      TEMPORAL_ADDRESS: addresses.temporal,
      TEMPORAL_UI_PORT: String(ports.temporalUi),
      TEMPORAL_CODEC_ENDPOINT: codecFlags(env)[1] ?? '',
    },
  };
  try {
    if (!(await isFree(ports.temporalUi))) throw new Error(`port ${ports.temporalUi} is taken by someone else`);
    const { started, ended } = await launch(command, env, markOf(home, 'temporal'), log);
    await writeFileAtomic(record, `${JSON.stringify(started)}\n`);
    const given = () => (ended() === null ? null : new Error(`it ended with ${ended()}; its log is ${log}`));
    await waitUntil(() => ask(`http://127.0.0.1:${ports.temporalUi}/api/v1/settings`), START_MS, given);
  } catch (error) {
    context.note(`is without its Web UI: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function runs(record: string): Promise<boolean> {
  const text = await readFile(record, 'utf8').catch(() => null);
  return text !== null && isRunning(JSON.parse(text) as ProcessIdentity);
}
