import { createHash, hash } from 'node:crypto';
import { artifactDigest } from '../../domain/digest.ts';
import { versionKey } from '../../domain/ids.ts';
import type { PinnedVersion } from '../../domain/model-version.ts';
import type { Answer } from './fake-host.ts';

export const MODEL = 'scale';
const FILE = 'weights.txt';

/**
 * As much of MLflow's REST API as a rollout asks for, in memory: one model, whose every version has one small file and no run.
 *
 * The real one takes some twenty calls of 20 to 50 ms of processor time for each rollout: it, and not Slipway, would be measured.
 */
export class FakeRegistry {
  readonly #aliases = new Map<string, string>();

  answer(method: string, path: string, query: URLSearchParams, body: unknown): Answer {
    const route = `${method} ${path.replace(/^\/api\/2\.0\//, '')}`;
    const name = query.get('name') ?? MODEL;
    const version = query.get('version') ?? '';
    const given = (body ?? {}) as { alias?: string; version?: string };
    switch (route) {
      case 'GET mlflow/model-versions/get':
        return found({ model_version: this.#version(version) });
      case 'GET mlflow/model-versions/get-download-uri':
        return found({ artifact_uri: `mlflow-artifacts:/${version}` });
      case 'GET mlflow/registered-models/alias': {
        const at = this.#aliases.get(query.get('alias') ?? '');
        return at === undefined ? missing(`no alias of ${name}`) : found({ model_version: this.#version(at) });
      }
      case 'POST mlflow/registered-models/alias':
        this.#aliases.set(given.alias ?? '', String(given.version));
        return found({});
      case 'DELETE mlflow/registered-models/alias':
        this.#aliases.delete(given.alias ?? query.get('alias') ?? '');
        return found({});
      case 'GET mlflow/registered-models/get': {
        const aliases = [...this.#aliases].map(([alias, at]) => ({ alias, version: at }));
        return found({ registered_model: { name, aliases } });
      }
      case 'POST mlflow/model-versions/set-tag':
        return found({});
      case 'GET mlflow-artifacts/artifacts':
        return found({ files: [{ path: FILE, is_dir: false, file_size: 1 }] });
      default:
        return this.#file(route) ?? missing(`the fake registry knows no ${route}`);
    }
  }

  #version(version: string) {
    const aliases = [...this.#aliases].filter(([, at]) => at === version).map(([alias]) => alias);
    return { name: MODEL, version, status: 'READY', source: `mlflow-artifacts:/${version}`, tags: [], aliases };
  }

  #file(route: string): Answer | null {
    const match = /^GET mlflow-artifacts\/artifacts\/(\d+)\/(.+)$/.exec(route);
    return match?.[2] === FILE ? { status: 200, body: Buffer.from(match[1] ?? '') } : null;
  }
}

/** A version as preflight pins it. */
export function pinnedVersion(version: string): PinnedVersion {
  const file = { path: FILE, size: version.length, sha256: createHash('sha256').update(version).digest('hex') };
  const digest = artifactDigest([file], (text) => hash('sha256', text, 'hex'));
  const source = `models:/${MODEL}/${version}`;
  return { model: MODEL, version, digest, key: versionKey(version, digest), source, runId: null };
}

function found(body: unknown): Answer {
  return { status: 200, body };
}

function missing(message: string): Answer {
  return { status: 404, body: { error_code: 'RESOURCE_DOES_NOT_EXIST', message } };
}
