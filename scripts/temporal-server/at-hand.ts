import { isInstalled } from './install.ts';
import { SERVER } from './programs.ts';
import { findPacked } from './unpack.ts';

/** Whether a Temporal server can be started here within seconds, without building one. */
export function isServerAtHand(env: NodeJS.ProcessEnv = process.env): boolean {
  const given = Boolean(env['TEMPORAL_SERVER_BIN'] && env['TEMPORAL_SQL_TOOL_BIN']);
  return given || SERVER.every((program) => isInstalled(program) || findPacked(program) !== null);
}
