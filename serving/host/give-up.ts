/** Trying again cannot help: the version is `failed` until someone asks for it anew. */
export class GiveUp extends Error {
  override readonly name = 'GiveUp';
}
