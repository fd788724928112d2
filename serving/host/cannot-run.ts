/** Another host has the folder, or something else that the user has to put right; the message is one sentence. */
export class CannotRun extends Error {
  override readonly name = 'CannotRun';
}
