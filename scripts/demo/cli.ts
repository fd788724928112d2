import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';

const CLI = fileURLToPath(new URL('../../client/cli.ts', import.meta.url));

/** Runs `slipway` as a person would, shows the command, and returns its exit code. */
export async function runCli(args: readonly string[], env: NodeJS.ProcessEnv, { quiet = false } = {}): Promise<number> {
  if (!quiet) process.stdout.write(`${styleText('bold', `$ slipway ${args.join(' ')}`)}\n`);
  const child = spawn(process.execPath, [CLI, ...args], {
    env,
    stdio: quiet ? 'ignore' : ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** Runs `slipway … --json` and returns what it printed. */
export async function askCli<T>(args: readonly string[], env: NodeJS.ProcessEnv): Promise<T> {
  const child = spawn(process.execPath, [CLI, ...args, '--json'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as T;
}
