import { Artifacts } from './artifacts.ts';
import type { Environment } from './auth.ts';
import type { CallOptions } from './call.ts';
import { optionsFromEnv, resolveConfig, type MlflowClientOptions } from './config.ts';
import { Experiments } from './experiments.ts';
import { Http } from './http.ts';
import { LoggedModels } from './logged-models.ts';
import { ModelVersions } from './model-versions.ts';
import { RegisteredModels } from './registered-models.ts';
import { Runs } from './runs.ts';
import { Webhooks } from './webhooks.ts';

/** A client of one MLflow server; it holds no state and may be shared. */
export class MlflowClient {
  readonly trackingUri: string;
  readonly experiments: Experiments;
  readonly runs: Runs;
  readonly artifacts: Artifacts;
  readonly registeredModels: RegisteredModels;
  readonly modelVersions: ModelVersions;
  readonly loggedModels: LoggedModels;
  readonly webhooks: Webhooks;
  readonly #http: Http;

  /** Checks the options and sends nothing; throws INVALID_ARGUMENT or UNSUPPORTED. */
  constructor(options: MlflowClientOptions) {
    const config = resolveConfig(options);
    this.trackingUri = config.baseUrl;
    this.#http = new Http(config);
    this.experiments = new Experiments(this.#http);
    this.runs = new Runs(this.#http);
    this.artifacts = new Artifacts(this.#http);
    this.registeredModels = new RegisteredModels(this.#http);
    this.modelVersions = new ModelVersions(this.#http);
    this.loggedModels = new LoggedModels(this.#http);
    this.webhooks = new Webhooks(this.#http);
  }

  /** A client from MLFLOW_TRACKING_URI and the other variables of MLflow's own clients; `options` go before them. */
  static fromEnv(options: Partial<MlflowClientOptions> = {}, env: Environment = process.env): MlflowClient {
    const trackingUri = options.trackingUri ?? env['MLFLOW_TRACKING_URI'];
    return new MlflowClient({ ...optionsFromEnv({ ...env, MLFLOW_TRACKING_URI: trackingUri }), ...options });
  }

  /** Resolves once the server answers that it is up; rejects where it does not. */
  async health(options?: CallOptions): Promise<void> {
    await this.#http.text({ method: 'GET', path: '/health', plain: true, repeat: 'safe' }, options);
  }

  /** The server's version, such as `3.17.2`. */
  async version(options?: CallOptions): Promise<string> {
    return (await this.#http.text({ method: 'GET', path: '/version', plain: true, repeat: 'safe' }, options)).trim();
  }
}
