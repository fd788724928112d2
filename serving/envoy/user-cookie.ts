import { readFileSync } from 'node:fs';
import type { DesiredEndpoint } from '../data-plane.ts';

/** Envoy hashes cookies only as they are, without a salt, and cannot log one: so this filter makes headers of them. */
export const COOKIE_FILTER = 'slipway.cookie';

const LUA = readFileSync(new URL('./cookie.lua', import.meta.url), 'utf8');

/** Off, but for endpoints whose users a cookie names. */
export function cookieFilter(): object {
  return {
    name: COOKIE_FILTER,
    disabled: true,
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua',
      default_source_code: { inline_string: LUA },
    },
  };
}

/** The cookies that an endpoint's requests are read for. */
export interface CookieNames {
  /** Names the user, for deletion and for what users bring. */
  readonly user?: string;
  /** Traffic sticks to it. */
  readonly unit?: string;
}

export function cookieNames({ route: { sticky }, settings }: Pick<DesiredEndpoint, 'route' | 'settings'>): CookieNames {
  const { userCookie } = settings.capture;
  return {
    ...(userCookie !== undefined && { user: userCookie }),
    ...(sticky && 'cookie' in sticky && { unit: sticky.cookie }),
  };
}

/** The filter's part of an endpoint's route; empty where no cookie is read. */
export function cookieConfig(names: CookieNames): Readonly<Record<string, object>> {
  if (Object.keys(names).length === 0) return {};
  const type = 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.LuaPerRoute';
  return { [COOKIE_FILTER]: { '@type': type, filter_context: names } };
}
