import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Traffic } from './traffic/traffic.ts';
import type { TrafficStats } from './traffic/tally.ts';

export { Traffic, type TrafficOptions } from './traffic/traffic.ts';
export type { TrafficStats, VersionTally } from './traffic/tally.ts';

const USAGE = `Sends digits to a gateway on this machine, and their true labels a few seconds later. Ctrl-C stops it.

  node examples/digits/traffic.ts --rows FOLDER/live.jsonl [--gateway http://127.0.0.1:8480] [--endpoint digits]
      [--rate 40] [--seconds N] [--serving http://127.0.0.1:8470 --token-file .slipway/serving/token]
`;

if (import.meta.main) await main();

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      rows: text,
      gateway: { ...text, default: 'http://127.0.0.1:8480' },
      endpoint: { ...text, default: 'digits' },
      rate: { ...text, default: '40' },
      seconds: text,
      serving: text,
      'token-file': text,
      help: { type: 'boolean', default: false },
    },
  });
  const { rows, gateway, endpoint, serving, 'token-file': tokenFile } = values;
  const rate = Number(values.rate);
  if (values.help || !rows || !(rate > 0)) {
    console.log(USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const labels = serving && tokenFile ? { url: serving, token: (await readFile(tokenFile, 'utf8')).trim() } : undefined;
  const traffic = await Traffic.start({ gateway, endpoint, rowsFile: rows, rate, ...(labels && { labels }) });
  await showUntilStopped(traffic, Number(values.seconds ?? Infinity));
  const total = await traffic.stop();
  console.log(JSON.stringify(total, null, 2));
  process.exitCode = total.failed > 0 ? 1 : 0;
}

async function showUntilStopped(traffic: Traffic, seconds: number): Promise<void> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  while (!stop.signal.aborted && traffic.stats().seconds < seconds) {
    await setTimeout(1_000, undefined, { signal: stop.signal }).catch(() => undefined);
    console.log(line(traffic.stats()));
  }
}

function line({ sent, failed, latencyMs, versions }: TrafficStats): string {
  const shares = Object.entries(versions).map(([version, { answered, right }]) => {
    return `${version}: ${answered} (${Math.round((100 * right) / answered)} % right)`;
  });
  return `${sent} sent, ${failed} failed, p99 ${latencyMs.p99?.toFixed(0) ?? '–'} ms   ${shares.join('   ')}`;
}
