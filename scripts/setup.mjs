#!/usr/bin/env node
// Brings node_modules and .venv to what the lock files say. Plain JavaScript without dependencies, because it runs before either is there.
// Only this file has to be understood by a Node that is too old: everything newer is loaded after the check.
const oldest = 20;

if (Number(process.versions.node.split('.')[0]) < oldest) {
  console.error(
    `Slipway needs Node ${oldest} or newer to set itself up and this is ${process.version}: install it from nodejs.org or with your package manager, then run the same command again.`,
  );
  process.exitCode = 2;
} else {
  const { main } = await import('./setup/main.mjs');
  process.exitCode = await main(process.argv.slice(2));
}
