import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'puppeteer-core';

/** One file in `docs/images`, and how it comes about. */
export interface Picture {
  readonly file: string;
  readonly address: string;
  /** Of the window, in pixels; what is taken may be less high. */
  readonly width: number;
  readonly height: number;
  readonly scheme?: 'light' | 'dark';
  /** A text without which it is not yet what it is to show. */
  readonly until: string;
  /** The part that is taken, by its selector; the window where none is named. */
  readonly part?: string;
}

/** Long enough for a machine that also serves three models. */
const SHOWN_WITHIN_MS = 60_000;

/** The page of an endpoint, by its file. */
export function pagePictures(file: string): Picture[] {
  const address = pathToFileURL(file).href;
  const page = { address, until: 'Requests a minute' };
  return [
    { ...page, file: 'endpoint.png', width: 1_280, height: 1_020, scheme: 'light' },
    { ...page, file: 'endpoint-dark.png', width: 1_280, height: 1_020, scheme: 'dark' },
    { ...page, file: 'endpoint-phone.png', width: 400, height: 860, scheme: 'light' },
    { ...page, file: 'endpoint-production.png', width: 1_280, height: 900, part: section('in-production') },
    { ...page, file: 'endpoint-traffic.png', width: 1_280, height: 900, part: section('traffic') },
    { ...page, file: 'endpoint-drift.png', width: 1_280, height: 900, part: section('drift-and-use') },
  ];
}

/** Temporal's Web UI; `base` is where it shows workflows, `promoted` is a run below it. */
export function webUiPictures(base: string, promoted: string): Picture[] {
  const query = encodeURIComponent('WorkflowType IN ("rollout", "drill")');
  const part = 'main#content';
  return [
    { file: 'web-ui-list.png', address: `${base}?query=${query}`, width: 1_280, height: 620, until: 'promoted', part },
    {
      file: 'web-ui-timeline.png',
      address: `${base}/${promoted}/timeline`,
      width: 1_280,
      height: 1_020,
      until: 'preflight',
      part,
    },
  ];
}

/** Takes a picture into a folder. */
export async function take(browser: Browser, picture: Picture, folder: string): Promise<void> {
  const { width, height, scheme = 'light', address, until, part } = picture;
  const page = await browser.newPage();
  try {
    await page.setViewport({ width, height });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.evaluateOnNewDocument(COLUMNS);
    await page.goto(address, { waitUntil: 'networkidle2', timeout: SHOWN_WITHIN_MS });
    await page.waitForFunction(`document.body.innerText.includes(${JSON.stringify(until)})`, {
      timeout: SHOWN_WITHIN_MS,
    });
    if (part === 'main#content') await page.addStyleTag({ content: BARE });
    const taken = part === undefined ? page : await found(page, part);
    await taken.screenshot({ path: join(folder, picture.file) });
  } finally {
    await page.close();
  }
}

async function found(page: Page, part: string) {
  const element = await page.$(part);
  if (!element)
    throw new Error(`${page.url()} has no ${part}: the picture's description in scripts/screenshots is outdated`);
  return element;
}

function section(id: string): string {
  return `section[aria-labelledby="${id}"]`;
}

/** The Web UI keeps which columns its list has in the browser: those that tell of rollouts. */
const COLUMNS = `localStorage.setItem('namespace-workflow-table-columns', ${JSON.stringify(
  JSON.stringify({
    default: [
      'Status',
      'Type',
      'SlipwayEndpoint',
      'SlipwayCandidate',
      'SlipwayStage',
      'SlipwayWeight',
      'SlipwayOutcome',
    ].map((label, i) => ({ label, pinned: i < 2 })),
  }),
)})`;

/** Without the Web UI's own menus, and without the input and result, which are long. */
const BARE =
  '[data-testid="navigation-header"], [data-testid="top-nav"], [data-testid="input-and-result"] { display: none !important; }';
