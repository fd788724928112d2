import { databaseUrl, type Passwords, type Role } from './passwords.ts';
import type { Addresses } from './part.ts';
import type { Ports } from './ports.ts';

/** Where each part is: as the environment says, else where `up` put it. */
export function addressesOf(env: NodeJS.ProcessEnv, ports: Ports, passwords: Passwords | null): Addresses {
  const local = (port: number) => `http://127.0.0.1:${port}`;
  const own = (role: Role) => (passwords ? databaseUrl(role, passwords, ports.postgres) : null);
  return {
    temporal: env.TEMPORAL_ADDRESS ?? `127.0.0.1:${ports.temporal}`,
    temporalNamespace: env.TEMPORAL_NAMESPACE ?? 'default',
    temporalUi:
      env.SLIPWAY_WEB_URL?.replace(/\/+$/, '') ?? (env.TEMPORAL_ADDRESS === undefined ? local(ports.temporalUi) : null),
    database: env.DATABASE_URL ?? own('slipway') ?? '',
    databaseOwner: env.SLIPWAY_DATABASE_OWNER_URL ?? (env.DATABASE_URL === undefined ? own('slipway_owner') : null),
    mlflow: env.MLFLOW_TRACKING_URI ?? local(ports.mlflow),
    serving: local(ports.serving),
    gateway: local(ports.gateway),
    worker: local(ports.worker),
  };
}

/** The environment by which the worker and other programs find the stack. */
export function environmentOf(addresses: Addresses, home: string): Record<string, string> {
  return {
    SLIPWAY_HOME: home,
    TEMPORAL_ADDRESS: addresses.temporal,
    TEMPORAL_NAMESPACE: addresses.temporalNamespace,
    DATABASE_URL: addresses.database,
    MLFLOW_TRACKING_URI: addresses.mlflow,
    ...(addresses.temporalUi !== null && { SLIPWAY_WEB_URL: addresses.temporalUi }),
  };
}

/** An address without the password in it, for the screen and for files. */
export function withoutPassword(address: string): string {
  const url = URL.parse(address);
  // What is no URL may still be one with a slip in it, and with a password.
  if (!url) return address.replace(/\/\/.*@/s, '//***@');
  if (!url.password) return address;
  url.password = '***';
  return url.href;
}

export function publicAddresses(addresses: Addresses): Addresses {
  const { database, databaseOwner, mlflow } = addresses;
  return {
    ...addresses,
    mlflow: withoutPassword(mlflow),
    database: withoutPassword(database),
    databaseOwner: databaseOwner === null ? null : withoutPassword(databaseOwner),
  };
}
