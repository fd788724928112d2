import { randomUUID } from 'node:crypto';
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises';

/** Writes a file so that whoever reads it meanwhile reads all of the old text or all of the new one; a link stays one. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const place = await realpath(file).catch(() => file);
  const there = await stat(place).catch(() => null);
  // A pipe or a device cannot be replaced, and a folder says so itself.
  if (there && !there.isFile()) return writeFile(place, text);
  const next = `${place}.${randomUUID()}.new`;
  try {
    await writeFile(next, text, there ? { mode: there.mode } : {});
    await rename(next, place);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
}
