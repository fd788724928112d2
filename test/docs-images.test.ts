import { glob, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const IMAGES = 'docs/images';
const MOST_BYTES = 200_000;

test('every picture in the docs is there, says what it shows, and none is there that nobody sees', async () => {
  const shown = await images();
  for (const { alt, in: page } of shown) expect(alt.length, page).toBeGreaterThan(10);
  const files = (await readdir(join(ROOT, IMAGES))).map((name) => join(IMAGES, name));
  const seen = new Set(shown.map(({ file }) => file).filter((file) => dirname(file) === IMAGES));
  expect([...seen].sort()).toEqual(files.sort());
});

test('pictures are small enough for a checkout and a slow line', async () => {
  for (const name of await readdir(join(ROOT, IMAGES)))
    expect((await stat(join(ROOT, IMAGES, name))).size, name).toBeLessThan(MOST_BYTES);
});

async function images(): Promise<{ in: string; alt: string; file: string }[]> {
  const found = [];
  for await (const page of glob(['README.md', 'docs/**/*.md'], { cwd: ROOT })) {
    const text = await readFile(join(ROOT, page), 'utf8');
    for (const [, alt = '', path = ''] of text.matchAll(/!\[([^\]]*)\]\(([^)\s]+)\)/g))
      found.push({ in: page, alt, file: relative(ROOT, resolve(ROOT, dirname(page), path)) });
  }
  return found;
}
