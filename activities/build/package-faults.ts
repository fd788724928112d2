import type { ServerRuntime } from '../../domain/model-version.ts';
import type { ModelPackage } from './model-package.ts';

export interface PackageFaults {
  /** With one of these no server can be started. */
  readonly errors: readonly string[];
  /** With these it starts, but something is not checked or not pinned. */
  readonly warnings: readonly string[];
}

/** What is wrong with a package, for the runtime that is to serve it; `null` is a package without an MLmodel. */
export function packageFaults(runtime: ServerRuntime['kind'], model: ModelPackage | null): PackageFaults {
  if (!model) {
    const missing = 'the artifact has no MLmodel at its root';
    if (runtime === 'command') return { errors: [], warnings: [`${missing}: nothing is known of its inputs`] };
    return {
      errors: [`${missing}, so MLflow cannot serve it; log it with log_model, or give \`runtime: command\``],
      warnings: [],
    };
  }
  const errors =
    runtime === 'mlflow' && !model.flavors.includes('python_function')
      ? [`it has no python_function flavor (only ${model.flavors.join(', ')}), so MLflow cannot serve it`]
      : [];
  const warnings = [
    !model.signature && 'no signature: malformed requests are not refused; log the model with one',
    !model.servingExample &&
      'no input example of at most 1 MB: the server is not checked with a request before traffic; log the model with one',
    !model.requirements && 'no requirements.txt: the libraries it runs with are whatever is installed',
    unpinned(model.requirements ?? []),
  ];
  return { errors, warnings: warnings.filter((warning) => warning !== false) };
}

function unpinned(requirements: readonly string[]): string | false {
  const loose = requirements.filter((line) => !line.startsWith('-') && !/===?|@/.test(line));
  return loose.length > 0 && `requirements not pinned: ${loose.join(', ')}`;
}
