// The host's own secrets are no business of other people's code.
const WITHHELD = /^(DATABASE_URL$|PG|SLIPWAY_|TEMPORAL_|MLFLOW_TRACKING_|NODE_)/;

/** What a program that is not Slipway's sees of this process's environment. */
export function visibleEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !WITHHELD.test(name)));
}
