import { join } from 'node:path';
import { parse } from 'yaml';
import { readIfThere } from './files.ts';
import { ask, type Question } from './ask.ts';
import { GiveUp } from './give-up.ts';

// What the model's author saved as an example is what users will send; a server that cannot answer it is not ready.
const SERVING_EXAMPLE = 'serving_input_example.json';

/**
 * The body of one prediction that the model's author saved with it; `null` when there is none.
 *
 * MLflow writes the example twice; only the file named by `serving_input_path` has the form of a request.
 */
export async function inputExample(folder: string): Promise<string | null> {
  const description = await readIfThere(join(folder, 'MLmodel'));
  if (description === null) return null;
  const model: unknown = parse(description);
  return readIfThere(join(folder, servingExamplePath(model) ?? SERVING_EXAMPLE));
}

function servingExamplePath(model: unknown): string | null {
  if (!hasField(model, 'saved_input_example_info')) return null;
  const info = model.saved_input_example_info;
  if (!hasField(info, 'serving_input_path') || typeof info.serving_input_path !== 'string') return null;
  // The MLmodel file is the author's: it must not lead out of the artifact.
  return info.serving_input_path.includes('..') ? null : info.serving_input_path;
}

function hasField<K extends string>(value: unknown, field: K): value is Record<K, unknown> {
  return typeof value === 'object' && value !== null && field in value;
}

/** Sends the model its own example. A refusal (4xx) would be repeated for ever: the version is given up. */
export async function smoke(question: Question & { readonly body: string }): Promise<void> {
  const reply = await ask(question);
  if (reply.status < 300) return;
  const refused = `its own input example was answered ${reply.status}: ${reply.body.slice(0, 500)}`;
  throw reply.status < 500 ? new GiveUp(refused) : new Error(refused);
}
