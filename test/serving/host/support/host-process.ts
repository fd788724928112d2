import type { Announcement } from '../../../../serving/host/announce.ts';
import { createLocalTarget } from '../../../../activities/targets/local.ts';
import { freePort } from '../../../support/free-port.ts';
import { groupsWithEnvironment, isRunning } from '../../../../serving/host/process-table.ts';
import { join } from 'node:path';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { OWNER_VARIABLE } from '../../../../serving/host/model-server.ts';
import type { ServingTarget } from '../../../../activities/targets/target.ts';
import { spawn, type ChildProcess } from 'node:child_process';
import { tmpdir } from 'node:os';
import { until } from '../../support/until.ts';

const ROOT = join(import.meta.dirname, '../../../..');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** The real serving host in a process of its own, with Envoy and capture, started and killed as often as a test likes. */
export class HostProcess {
  readonly home: string;
  readonly #environment: NodeJS.ProcessEnv;
  #child: ChildProcess | null = null;
  output = '';

  private constructor(home: string, environment: NodeJS.ProcessEnv) {
    this.home = home;
    this.#environment = environment;
  }

  static async create(environment: NodeJS.ProcessEnv = {}): Promise<HostProcess> {
    const home = await mkdtemp(join(tmpdir(), 'slipway-home-'));
    const [api, gateway] = [await freePort(), await freePort()];
    return new HostProcess(home, {
      ...process.env,
      SLIPWAY_HOME: home,
      SLIPWAY_SERVING_PORT: String(api),
      SLIPWAY_GATEWAY_PORT: String(gateway),
      NODE_COMPILE_CACHE: join(ROOT, '.cache', 'node'),
      ...environment,
    });
  }

  get root(): string {
    return join(this.home, 'serving');
  }

  /** Where the host says that it is; the process need not run any more. */
  async announcement(): Promise<Announcement> {
    return JSON.parse(await readFile(join(this.root, 'host.json'), 'utf8')) as Announcement;
  }

  /** Starts the host and waits until it answers. */
  async start(): Promise<ServingTarget> {
    const child = this.#spawn([]);
    this.#child = child;
    const isUp = async () => {
      if (child.exitCode !== null) throw new Error(`the host ended:\n${this.output}`);
      return (await this.announcement().catch(() => null))?.pid === child.pid;
    };
    await until('the host to announce itself', isUp);
    const { url } = await this.announcement();
    return createLocalTarget({ url, tokenFile: join(this.root, 'token') });
  }

  /** Runs the host's program until it ends by itself. */
  async run(...args: readonly string[]): Promise<Ended> {
    this.output = '';
    const [code, signal] = (await once(this.#spawn(args), 'close')) as [number | null, NodeJS.Signals | null];
    return { code, signal, output: this.output };
  }

  /** Ends the host, and only it. */
  async kill(signal: NodeJS.Signals): Promise<Ended> {
    const child = this.#child;
    if (!child) throw new Error('no host was started');
    child.kill(signal);
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return { code: child.exitCode, signal: child.signalCode, output: this.output };
  }

  /** Model servers of this host's folder that run now. */
  servers(): Set<number> {
    return groupsWithEnvironment(OWNER_VARIABLE, this.root);
  }

  /** Ends everything that was started for this folder, whatever state the test left it in. */
  async end(): Promise<void> {
    await this.run('--shutdown');
    await until('every model server to end', () => this.servers().size === 0);
    await rm(this.home, { recursive: true, force: true });
  }

  #spawn(args: readonly string[]): ChildProcess {
    const child = spawn(
      process.execPath,
      [
        '--max-old-space-size=96',
        '--max-semi-space-size=1',
        '--liftoff-only',
        '--no-opt',
        join(ROOT, 'serving/main.ts'),
        ...args,
      ],
      {
        env: this.#environment,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    return child;
  }
}

/** Whether a process with this number and start still runs. */
export function stillRuns(pid: number, started: string): Promise<boolean> {
  return isRunning({ pid, started });
}
