import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

/** One numbered SQL file. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  /** `sha256:` over the text; a checkout with other line ends has the same. */
  readonly hash: string;
}

/** The folder of this project's own migrations. */
export const MIGRATIONS = new URL('./migrations/', import.meta.url);

/** Reads `0001_name.sql`, `0002_…` in their order; throws when a number is missing or used twice. */
export async function readMigrations(folder: URL = MIGRATIONS): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_.+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name, position) => {
      const number = Number(name.slice(0, 4));
      if (number !== position + 1) throw new Error(`migration ${name} should have number ${position + 1}`);
      const sql = await readSql(new URL(name, folder));
      return { number, name, sql, hash: `sha256:${createHash('sha256').update(sql).digest('hex')}` };
    }),
  );
}

/** The text of a SQL file with line ends as in the repository. */
export async function readSql(file: URL): Promise<string> {
  return (await readFile(file, 'utf8')).replaceAll('\r\n', '\n');
}
