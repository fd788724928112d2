import { execFile, execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const PYTHON = join(ROOT, '.venv', 'bin', 'python');
const RUNS = '#!/bin/sh\nexit 0\n';
const OF_ANOTHER_MACHINE = '#!/bin/sh\nexit 126\n';

/** A checkout with nothing in its cache, a folder for packed programs, and one that is all of PATH. */
let folder: string;
let bin: string;
let packed: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-temporal-server-'));
  [bin, packed] = [join(folder, 'bin'), join(folder, 'packed')];
  for (const room of ['client/stack', 'scripts/temporal-server'])
    await cp(join(ROOT, room), join(folder, 'checkout', room), { recursive: true });
  await mkdir(join(folder, 'checkout', '.venv', 'bin'), { recursive: true });
  await writeFile(join(folder, 'checkout', '.venv', 'bin', 'python'), `#!/bin/sh\nexec "${PYTHON}" "$@"\n`, {
    mode: 0o755,
  });
  await mkdir(bin);
  await mkdir(packed);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('npm run temporal-server', () => {
  test('unpacks what somebody has built, and finds it there the next time', async () => {
    await pack('temporal-server', RUNS);
    await pack('temporal-sql-tool', RUNS);
    expect((await bring()).output).toContain('unpacking temporal-server');
    expect(await cached()).toEqual(['temporal-server', 'temporal-sql-tool']);
    expect((await bring()).output).not.toContain('unpacking');
  });

  test('builds what does not run here, and the Web UI with it', async () => {
    await pack('temporal-server', OF_ANOTHER_MACHINE);
    await pack('temporal-sql-tool', RUNS);
    await go(`printf '${RUNS.replaceAll('\n', '\\n')}' > "$GOBIN/server"`);
    expect((await bring()).output).toMatch(/does not run on this machine\nbuilding temporal-server/);
    expect(await cached()).toEqual(['temporal-server', 'temporal-sql-tool', 'temporal-ui-server']);
  });

  test('says in one sentence what to do where there is neither, and leaves nothing half-done', async () => {
    const { code, output } = await bring();
    expect([code, output]).toEqual([1, expect.stringMatching(/install Go .* or set TEMPORAL_SERVER_BIN .*; or .*\n$/)]);
    expect(await cached()).toEqual([]);
  });

  test('says what the compiler said when it fails', async () => {
    await go('echo "server.go:1: no space left on device" >&2; exit 1');
    expect(await bring()).toMatchObject({ code: 1, output: expect.stringContaining('no space left') as string });
    expect(await cached()).toEqual([]);
  });
});

async function bring(): Promise<{ code: number; output: string }> {
  const script = join(folder, 'checkout', 'scripts', 'temporal-server', 'main.ts');
  const env = { PATH: bin, TEMPORAL_SERVER_DIST: packed };
  return promisify(execFile)(process.execPath, [script], { env }).then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, output: stdout + stderr }),
  );
}

async function cached(): Promise<string[]> {
  const releases = join(folder, 'checkout', '.cache', 'temporal-server');
  const [release = ''] = await readdir(releases).catch(() => []);
  return (await readdir(join(releases, release)).catch(() => [])).sort();
}

async function pack(name: string, program: string): Promise<void> {
  const compress = 'import lzma,sys;sys.stdout.buffer.write(lzma.compress(sys.stdin.buffer.read()))';
  await writeFile(join(packed, `${name}.xz`), execFileSync(PYTHON, ['-c', compress], { input: program }));
}

/** A Go whose `install` does as told. */
async function go(install: string): Promise<void> {
  const program = `#!/bin/sh\nif [ "$1" = version ]; then exit 0; fi\n${install}\n`;
  await writeFile(join(bin, 'go'), program, { mode: 0o755 });
}
