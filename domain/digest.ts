/** One file of a model's artifact: its path inside the artifact's folder, with `/`, and the hex SHA-256 of its content. */
export interface FileHash {
  readonly path: string;
  readonly sha256: string;
}

/**
 * The digest of a whole artifact, `sha256:<hex>`: over the sorted lines `<sha256 hex>  <path>\n` of its files.
 *
 * The same as `sha256sum` over every file, sorted by `LC_ALL=C sort`, piped into `sha256sum` once more, so that an
 * auditor can recompute it with tools that know nothing of Slipway. `hash` is the hex SHA-256 of a UTF-8 text.
 */
export function artifactDigest(files: readonly FileHash[], hash: (text: string) => string): string {
  const lines = files.map(({ sha256, path }) => `${sha256}  ${path}\n`);
  return `sha256:${hash(lines.sort().join(''))}`;
}
