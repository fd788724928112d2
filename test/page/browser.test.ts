import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'puppeteer-core';
import type { AxeResults } from 'axe-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endpointPage } from '../../client/page/endpoint.ts';
import { findBrowser, startBrowser } from '../../scripts/screenshots/browser.ts';
import { dossier, hostile } from './dossier.ts';

const found = findBrowser();
const missing = typeof found === 'object' ? found.missing : null;
if (missing !== null) console.log(`skipped: ${missing}`);

const PAGES = { 'a busy endpoint': dossier(), 'hostile names': hostile('<img src=x onerror=alert(1)>') };
const SCHEMES = ['light', 'dark'] as const;
const WIDTHS = { telephone: 400, tablet: 740, desktop: 1_280 };

let folder: string;
let browser: Browser;

beforeAll(async () => {
  if (missing !== null) return;
  folder = await mkdtemp(join(tmpdir(), 'slipway-page-'));
  for (const [name, seen] of Object.entries(PAGES)) await writeFile(fileOf(name), endpointPage(seen));
  browser = await startBrowser();
});

afterAll(async () => {
  await browser?.close();
  if (folder) await rm(folder, { recursive: true });
});

describe.skipIf(missing)('in a real browser the page', () => {
  describe.each(Object.keys(PAGES))('of %s', (name) => {
    test('is below a megabyte', async () => expect((await stat(fileOf(name))).size).toBeLessThan(1_000_000));

    test('asks for nothing else, and says nothing on the console', () =>
      opened(name, 'light', async (page, heard) => {
        await page.evaluate('document.querySelectorAll("details").forEach((part) => (part.open = true))');
        expect(heard).toEqual([pathToFileURL(fileOf(name)).href]);
      }));

    test.each(Object.entries(WIDTHS))('fits a %s without scrolling to the side', (_what, width) =>
      opened(name, 'light', async (page) => {
        await page.setViewport({ width, height: 900 });
        await page.evaluate('document.querySelectorAll("details").forEach((part) => (part.open = true))');
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      }),
    );

    test.each(SCHEMES)('has no fault that axe finds in %s', (scheme) =>
      opened(name, scheme, async (page) => {
        // The page lets no script in; the one that looks at it is the test's own.
        await page.setBypassCSP(true);
        await page.reload();
        await page.evaluate('document.querySelectorAll("details").forEach((part) => (part.open = true))');
        await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
        const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
        expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
      }),
    );
  });

  test('has another ground in the dark', async () => {
    const grounds = await Promise.all(
      SCHEMES.map((scheme) =>
        opened('a busy endpoint', scheme, (page) => page.evaluate('getComputedStyle(document.body).backgroundColor')),
      ),
    );
    expect(new Set(grounds).size).toBe(2);
  });
});

/** Shows a page; `heard` is every address asked for, and everything said on the console. */
async function opened<T>(
  name: string,
  scheme: (typeof SCHEMES)[number],
  look: (page: Page, heard: string[]) => Promise<T>,
): Promise<T> {
  const page = await browser.newPage();
  const heard: string[] = [];
  page.on('request', (request) => heard.push(request.url()));
  page.on('console', (message) => heard.push(message.text()));
  page.on('pageerror', (error) => heard.push(String(error)));
  try {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.goto(pathToFileURL(fileOf(name)).href);
    return await look(page, heard);
  } finally {
    await page.close();
  }
}

function fileOf(name: string): string {
  return join(folder, `${name.replaceAll(' ', '-')}.html`);
}
