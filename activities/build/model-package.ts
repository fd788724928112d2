import { parse } from 'yaml';
import { isMlflowError, type MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';

/** What a logged model says of itself, in its `MLmodel` and the files beside it. */
export interface ModelPackage {
  readonly flavors: readonly string[];
  /** The Python that it was logged with; `null` for a model that is not Python's. */
  readonly pythonVersion: string | null;
  readonly mlflowVersion: string | null;
  readonly modelId: string | null;
  readonly loggedAt: string | null;
  /** Inputs and outputs as MLflow's schema has them; `null` without a signature. */
  readonly signature: { readonly inputs: unknown; readonly outputs: unknown; readonly params: unknown } | null;
  /** Lines of requirements.txt, without comments; `null` without the file. */
  readonly requirements: readonly string[] | null;
  /** A request's body for `/invocations`, from the model's own input example; `null` without one. */
  readonly servingExample: string | null;
}

/** An MLmodel that cannot be read: such a version can be served by nobody. */
export class BrokenPackage extends Error {
  override readonly name = 'BrokenPackage';
}

/** A larger example would be the largest request that the server ever sees, and takes longer than it tells. */
const LARGEST_EXAMPLE_BYTES = 1_000_000;

/**
 * Reads a version's package; `null` where there is no MLmodel, as with artifacts that only a command can serve.
 *
 * @throws BrokenPackage for an MLmodel that is no YAML, or has no flavor
 */
export async function readModelPackage(
  mlflow: MlflowClient,
  { model, version }: { readonly model: string; readonly version: string },
  signal?: AbortSignal,
): Promise<ModelPackage | null> {
  const read = (path: string) => textOrNull(mlflow, { name: model, version }, path, signal);
  const text = await read('MLmodel');
  if (text === null) return null;
  const mlmodel = parseMlmodel(text, `${model} version ${version}`);
  const [requirements, example] = await Promise.all([
    read('requirements.txt'),
    readExample(fieldsOf(mlmodel['saved_input_example_info']), read),
  ]);
  const flavors = fieldsOf(mlmodel['flavors']);
  const signature = mlmodel['signature'];
  return {
    flavors: Object.keys(flavors).sort(),
    pythonVersion: textField(fieldsOf(flavors['python_function'])['python_version']),
    mlflowVersion: textField(mlmodel['mlflow_version']),
    modelId: textField(mlmodel['model_id']),
    loggedAt: textField(mlmodel['utc_time_created']),
    signature: signature ? readSignature(fieldsOf(signature)) : null,
    requirements: requirements?.split('\n').map(withoutComment).filter(Boolean) ?? null,
    servingExample: example !== null && Buffer.byteLength(example) <= LARGEST_EXAMPLE_BYTES ? example : null,
  };
}

/** The body of one request that the model must be able to answer: its own input example; `null` without one. */
export function smokeRequest({ servingExample }: ModelPackage): string | null {
  return servingExample;
}

function parseMlmodel(text: string, of: string): Fields {
  const mlmodel = fieldsOf(yamlOrNull(text));
  if (Object.keys(fieldsOf(mlmodel['flavors'])).length > 0) return mlmodel;
  throw new BrokenPackage(`the MLmodel of ${of} is not one: it has no flavors`);
}

function yamlOrNull(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return null;
  }
}

/** The example as a request's body: MLflow writes it so since 2.16, before that only the bare example. */
async function readExample(info: Fields, read: (path: string) => Promise<string | null>): Promise<string | null> {
  const [ready, bare] = [textField(info['serving_input_path']), textField(info['artifact_path'])];
  if (ready) return read(ready);
  const wrapping = info['type'] === 'ndarray' ? 'inputs' : info['pandas_orient'] === 'split' ? 'dataframe_split' : null;
  const example = bare && wrapping ? await read(bare) : null;
  return example === null ? null : `{"${wrapping}": ${example}}`;
}

/** MLflow writes each part of a signature as JSON inside of the YAML. */
function readSignature({ inputs, outputs, params }: Fields): ModelPackage['signature'] {
  const part = (value: unknown): unknown => {
    if (typeof value !== 'string') return null;
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  };
  return { inputs: part(inputs), outputs: part(outputs), params: part(params) };
}

async function textOrNull(
  mlflow: MlflowClient,
  ref: { readonly name: string; readonly version: string },
  path: string,
  signal?: AbortSignal,
): Promise<string | null> {
  try {
    return await mlflow.artifacts.text(ref, path, { signal });
  } catch (error) {
    if (isMlflowError(error) && error.status === 404) return null;
    throw error;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function textField(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function withoutComment(line: string): string {
  return line.replace(/(^|\s)#.*$/, '').trim();
}
