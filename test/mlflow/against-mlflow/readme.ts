import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { clientAt, type Address } from './context.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

export function readmePromises(address: Address): void {
  test('the example of the README runs as it stands, and does what it says', async () => {
    const readme = await readFile(new URL('../../../packages/mlflow-client-ts/README.md', import.meta.url), 'utf8');
    const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
    const { stdout } = await promisify(execFile)(
      `${root}node_modules/.bin/node`,
      ['--input-type=module-typescript', '--eval', example],
      { cwd: root, env: { ...process.env, MLFLOW_TRACKING_URI: address() } },
    );
    expect(stdout).toBe('MLmodel 12\n');
    const champion = await clientAt(address()).modelVersions.getByAlias('fraud', 'champion');
    expect(champion.version).toBe('1');
  });
}
