import { main } from '../../client/main.ts';

/** Runs one command line in this process; what it printed and what the shell would be told. */
export async function slipway(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const printed = { out: '', err: '' };
  const code = await main(args, {
    out: (text) => void (printed.out += text),
    err: (text) => void (printed.err += text),
    isScreen: false,
    columns: 80,
    rows: 24,
  });
  return { code, ...printed };
}
