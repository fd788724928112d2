import { migrate } from '../activities/store/migrate.ts';

/** Brings the database up to date: `SLIPWAY_DATABASE_OWNER_URL` owns the schema, `DATABASE_URL` names the role that uses it. */
const ownerUrl = process.env.SLIPWAY_DATABASE_OWNER_URL ?? process.env.DATABASE_URL;
const app = URL.parse(process.env.DATABASE_URL ?? '');

if (ownerUrl === undefined || !app?.username) {
  console.error(
    'DATABASE_URL must be set, with the name of a role in it: postgres://slipway:password@host:5432/slipway',
  );
  process.exitCode = 2;
} else {
  try {
    const result = await migrate({
      ownerUrl,
      appRole: decodeURIComponent(app.username),
      ...(app.password ? { appPassword: decodeURIComponent(app.password) } : {}),
    });
    console.log(JSON.stringify(result));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
