import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const repository = join(import.meta.dirname, '../..');

export interface SetUp {
  pid: number;
  /** What it has printed so far. */
  printed(): string;
  kill(signal: NodeJS.Signals): void;
  ended: Promise<{ code: number | null; printed: string }>;
}

/** A checkout with the real set-up script, tiny lock files and a PATH on which nothing but the fakes is found. */
export class FakeCheckout {
  readonly root = mkdtempSync(join(tmpdir(), 'slipway-setup-'));
  readonly #bin = join(this.root, 'fake-bin');
  readonly #calls = join(this.root, 'calls');

  constructor() {
    for (const folder of ['fake-bin', 'python', '.cache']) mkdirSync(join(this.root, folder));
    cpSync(join(repository, 'scripts/setup.mjs'), join(this.root, 'scripts/setup.mjs'));
    cpSync(join(repository, 'scripts/setup'), join(this.root, 'scripts/setup'), { recursive: true });
    this.write('package.json', '{ "dependencies": {} }');
    this.write('package-lock.json', '{ "packages": { "": {} } }');
    this.write('python/requirements.txt', 'one==1.0');
    this.tool('npm', bringNode);
    this.tool('python3', python());
  }

  write(path: string, content: string): void {
    writeFileSync(join(this.root, path), content);
  }

  has(path: string): boolean {
    return existsSync(join(this.root, path));
  }

  /** Puts a fake on the PATH: a shell script that notes its call, then does `body`. */
  tool(name: string, body: string): void {
    const file = join(this.#bin, name);
    const note = `echo "${name} $*" >> '${this.#calls}'`;
    writeFileSync(file, `#!/bin/sh\nPATH=/usr/bin:/bin\n${note}\n${body}\n`);
    chmodSync(file, 0o755);
  }

  removeTool(name: string): void {
    rmSync(join(this.#bin, name));
  }

  /** The calls of the fakes that start so. */
  calls(start: string): string[] {
    if (!existsSync(this.#calls)) return [];
    const lines = readFileSync(this.#calls, 'utf8').split('\n');
    return lines.filter((line) => line.startsWith(start));
  }

  /** A named pipe: a fake that does `read line < NAME` waits there until the test opens the gate. */
  gate(name: string): { open: () => void } {
    spawnSync('mkfifo', [join(this.root, name)]);
    return { open: () => this.write(name, 'go\n') };
  }

  start(env: Record<string, string> = {}, args: string[] = []): SetUp {
    const child = spawn(process.execPath, ['scripts/setup.mjs', ...args], {
      cwd: this.root,
      env: { PATH: this.#bin, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => (printed += chunk));
    }
    return {
      pid: child.pid ?? 0,
      printed: () => printed,
      kill: (signal) => child.kill(signal),
      ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, printed }))),
    };
  }

  run(env: Record<string, string> = {}, args: string[] = []): Promise<{ code: number | null; printed: string }> {
    return this.start(env, args).ended;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** What `npm ci` does, as far as the set-up can see: empties node_modules, then brings Node. */
export const bringNode = `
rm -rf node_modules && mkdir -p node_modules/.bin
printf '#!/bin/sh\\necho v24.0.0\\n' > node_modules/.bin/node && chmod +x node_modules/.bin/node`;

/** An interpreter that answers the set-up's question, and makes environments whose pip does `pip`. */
export function python({ version = '3.12.1', hasVenv = 1, pip = 'exit 0' } = {}): string {
  return `
case "$1 $2" in
  "-c "*) echo "${version} ${hasVenv}" ;;
  "-m venv") mkdir -p "$3/bin" && printf '#!/bin/sh\\n${pip}\\n' > "$3/bin/python" && chmod +x "$3/bin/python" ;;
esac`;
}

/** Code to run before the set-up's own, as the value of NODE_OPTIONS. */
export function preload(code: string): { NODE_OPTIONS: string } {
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}
