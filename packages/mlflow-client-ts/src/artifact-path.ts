import { invalidArgument } from './errors.ts';

/**
 * Checks a path of an artifact, relative and with '/', and returns it without slashes at its end.
 *
 * What MLflow's server refuses is refused here before a byte is sent, and so is `%41`, which the server would decode
 * once more and store as `A`. What a listing gives is checked the same way before it names a local file. Control
 * characters are refused too: a line break in a name could forge a line in a list of files that is hashed.
 */
export function artifactPath(path: string): string {
  const trimmed = path.replace(/\/+$/, '');
  const bad =
    trimmed.startsWith('/') ||
    /[\\#\p{Cc}]|%[0-9a-f]{2}/iu.test(trimmed) ||
    trimmed.split('/').some((segment) => segment === '..' || segment === '.' || (segment === '' && trimmed !== ''));
  if (bad) {
    throw invalidArgument(
      `An artifact path is relative, has '/' between its parts, and no '.', '..', '\\', '#', '%41' or control character in it: got ${JSON.stringify(path)}.`,
    );
  }
  return trimmed;
}

export function joinPath(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('/');
}

export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
