import { once } from 'node:events';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { CODEC_PORT } from '../codec/endpoint.ts';
import { createCodecServer } from '../codec/server.ts';
import { EncryptionCodec } from '../../temporal/payload-codec.ts';
import { Failure, usageFailure } from '../failure.ts';
import { KEYS_VARIABLE } from '../../temporal/payload-keys.ts';
import { readAddresses } from '../stack/context.ts';
import { slipwayHome } from '../../spec/home.ts';
import type { Terminal } from '../terminal.ts';

interface CodecFlags {
  readonly port: number;
  readonly host: string;
  readonly uiOrigin?: readonly string[];
  readonly tokenEnv?: string;
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

export function addCodec(program: Command, terminal: Terminal): void {
  program
    .command('codec')
    .description('serve decrypted payloads to the Temporal Web UI, until it is interrupted')
    .addOption(new Option('--port <number>', 'where to listen').default(CODEC_PORT).argParser(parsePort))
    .option('--host <address>', 'on which address; another than loopback takes --token-env', '127.0.0.1')
    .addOption(
      new Option('--ui-origin <url...>', 'Web UIs that may ask (default: the one that `slipway up` started)').argParser(
        (text: string, before: readonly string[] = []) => [...before, parseOrigin(text)],
      ),
    )
    .option('--token-env <name>', 'the variable with the token that callers must send as Authorization: Bearer …')
    .addHelpText(
      'after',
      `
Keys come from ${KEYS_VARIABLE}, as the worker's do. In the Web UI, set the codec endpoint to http://127.0.0.1:${CODEC_PORT};
the one that \`slipway up\` starts knows it, when ${KEYS_VARIABLE} is set.

Examples:
  slipway codec
  slipway codec --ui-origin https://temporal.example.com --host 0.0.0.0 --token-env CODEC_TOKEN`,
    )
    .action((flags: CodecFlags) => serve(flags, terminal));
}

async function serve({ port, host, uiOrigin, tokenEnv }: CodecFlags, { out }: Terminal): Promise<void> {
  const file = process.env[KEYS_VARIABLE];
  if (!file) throw usageFailure(`set ${KEYS_VARIABLE} to the file of keys: without keys there is nothing to decrypt`);
  const token = tokenEnv === undefined ? null : process.env[tokenEnv];
  if (token === undefined || token === '') throw usageFailure(`the variable ${tokenEnv} is not set`);
  if (token === null && !LOOPBACK.has(host))
    throw usageFailure(`on ${host} anybody could read what the keys open: name a token with --token-env`);
  const uiOrigins = uiOrigin ?? (await localUi());
  const app = createCodecServer({ codec: new EncryptionCodec(file), uiOrigins, token });
  const address = await app.listen({ host, port }).catch((error: unknown) => {
    const why =
      (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'another program listens there' : String(error);
    throw new Failure(`cannot listen on ${host}:${port}: ${why}; choose another with --port`, { code: 'no_port' });
  });
  out(`codec server on ${address} for ${uiOrigins.join(', ')}\n`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await app.close();
}

/** A browser takes both names of this machine for two places. */
async function localUi(): Promise<string[]> {
  const { temporalUi } = await readAddresses({ home: slipwayHome(), env: process.env });
  if (temporalUi) return [temporalUi, temporalUi.replace('127.0.0.1', 'localhost')];
  throw usageFailure('name the Web UI that may ask with --ui-origin, such as --ui-origin https://temporal.example.com');
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError('It must be a port.');
  return port;
}

function parseOrigin(text: string): string {
  const url = URL.parse(text);
  if (url && url.origin !== 'null') return url.origin;
  throw new InvalidArgumentError('It must be an address such as https://temporal.example.com.');
}
