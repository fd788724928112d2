/** Where a request says who its user is: in a header, or in a cookie. */
export type UserKey = { readonly header: string } | { readonly cookie: string };

/** Names of cookies (RFC 6265 §4.1.1: a token); they differ by case, names of headers do not. */
export const COOKIE_PATTERN = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$";

/** For people: `x-user-id`, `cookie uid`. */
export function describeUserKey(key: UserKey): string {
  return 'cookie' in key ? `cookie ${key.cookie}` : key.header;
}
