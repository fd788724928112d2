import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { launch, type Browser } from 'puppeteer-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** The browser's program on this machine, or why there is none. */
export function findBrowser(env: NodeJS.ProcessEnv = process.env): string | { readonly missing: string } {
  const found = env['PUPPETEER_EXECUTABLE_PATH'] ?? onPath(env['PATH'] ?? '');
  return (
    found ?? {
      missing:
        'Chromium is not on the PATH: on Debian `apt-get install chromium` brings it, elsewhere set PUPPETEER_EXECUTABLE_PATH',
    }
  );
}

/** A headless browser. @throws where there is none, with how to get one */
export async function startBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  if (typeof executablePath === 'object') throw new Error(executablePath.missing);
  // Chromium refuses to run as root inside its sandbox.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return launch({ executablePath, args });
}

function onPath(path: string): string | undefined {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file));
}
