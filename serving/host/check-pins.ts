import type { EndpointSettings, EnsureVersion } from '../../domain/serving-contract.ts';
import { Refused } from './refusal.ts';
import { drillKey, versionKey } from '../../domain/ids.ts';

/** Refuses a version whose key does not follow from its number and content, or whose model is not the endpoint's. */
export function checkPins(endpoint: string, settings: EndpointSettings, key: string, wanted: EnsureVersion): void {
  const { model, version, digest, runtime } = wanted;
  const faults: string[] = [];
  const own = versionKey(version, digest);
  const pinned = runtime.kind === 'drill' ? drillKey(own) : own;
  if (key !== pinned) faults.push(`the key of this version and digest is ${pinned}, not ${key}`);
  if (model !== settings.model) faults.push(`endpoint ${endpoint} serves the model ${settings.model}, not ${model}`);
  if (faults.length > 0) throw new Refused('invalid', faults.join('; '));
}
