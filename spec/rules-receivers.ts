import { show, type FoundFault, type Path } from './fault.ts';
import type { Reader } from './reader.ts';

const KINDS = ['webhook', 'alertmanager', 'slack', 'pagerduty', 'email'];

/** Keys that hold an address. */
const ADDRESSES: readonly Path[] = [['webhook'], ['alertmanager'], ['pagerduty', 'url']];

export function receiverFaults(spec: Reader): FoundFault[] {
  return [...spec.list('notify').keys()].flatMap((index) => [
    ...kindFaults(spec, ['notify', index]),
    ...ADDRESSES.flatMap((key) => addressFaults(spec, ['notify', index, ...key])),
  ]);
}

function kindFaults(spec: Reader, path: Path): FoundFault[] {
  const receiver = spec.value(...path);
  if (typeof receiver !== 'object' || receiver === null) return [];
  const named = KINDS.filter((kind) => Object.hasOwn(receiver, kind));
  if (named.length !== 1) {
    const found = named.length === 0 ? 'none' : named.join(' and ');
    return [{ path, message: `must name exactly one of ${KINDS.join(', ')}, names ${found}` }];
  }
  if (named[0] === 'webhook' || !Object.hasOwn(receiver, 'secretEnv')) return [];
  return [{ path: [...path, 'secretEnv'], message: 'signs what a webhook gets, and this is none' }];
}

/** A specification goes into histories and the ledger, so no address in it may hold a secret. */
export function addressFaults(spec: Reader, path: Path): FoundFault[] {
  const address = spec.text(...path);
  if (address === null) return [];
  const url = URL.parse(address);
  if (url && (url.username !== '' || url.password !== '')) {
    const instead = path.at(-1) === 'webhook' ? '; sign with `secretEnv`' : '';
    return [{ path, message: `must not hold a name or password${instead}` }];
  }
  if (/^https?:$/.test(url?.protocol ?? '')) return [];
  return [{ path, message: `must be an http or https URL, is ${show(address)}` }];
}
