import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from './files.ts';

export const ROLES = ['postgres', 'slipway_owner', 'slipway'] as const;
export type Role = (typeof ROLES)[number];
export type Passwords = Readonly<Record<Role, string>>;

/** The embedded database's passwords, made once and readable by their owner only. */
export async function loadPasswords(file: string): Promise<Passwords> {
  const known = await readPasswords(file);
  if (known) return known;
  const made = Object.fromEntries(ROLES.map((role) => [role, randomBytes(24).toString('base64url')]));
  await writeFileAtomic(file, `${JSON.stringify(made, null, 2)}\n`, 0o600);
  return made as Passwords;
}

/** `null` before the first `up`. */
export async function readPasswords(file: string): Promise<Passwords | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as Passwords);
}

export function databaseUrl(role: Role, passwords: Passwords, port: number, database = 'slipway'): string {
  return `postgres://${role}:${passwords[role]}@127.0.0.1:${port}/${database}`;
}
