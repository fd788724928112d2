import { Client } from 'pg';
import type { Passwords, Role } from '../passwords.ts';

/** The application's two roles and its database; the owner of the schema is not the role that writes the ledger. */
export async function ensureRoles(adminUrl: string, passwords: Passwords): Promise<void> {
  await withDatabase(adminUrl, async (client) => {
    for (const role of ['slipway_owner', 'slipway'] as const) await ensureRole(client, role, passwords);
    const { rowCount } = await client.query(`SELECT FROM pg_database WHERE datname = 'slipway'`);
    if (rowCount === 0) await client.query('CREATE DATABASE slipway OWNER slipway_owner');
  });
}

export async function withDatabase<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 3_000, application_name: 'slipway' });
  client.on('error', () => undefined); // The query in flight fails with the same error.
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function ensureRole(client: Client, role: Role, passwords: Passwords): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
  const verb = rowCount === 0 ? 'CREATE' : 'ALTER';
  await client.query(`${verb} ROLE ${role} LOGIN PASSWORD ${client.escapeLiteral(passwords[role])}`);
}
