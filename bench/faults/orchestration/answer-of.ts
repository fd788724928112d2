import { Refused, type EndpointWorld } from './endpoint-world.ts';
import type { Answer, Request } from './world-call.ts';

/** Does what a request asks of the world; `say` answers gates. */
export function answerOf(world: EndpointWorld, request: Request, say: (gate: string) => unknown): Answer {
  try {
    return request.op === 'retire' && !world.retire(request.key)
      ? { kind: 'failure', type: 'NotReady', message: `${request.key} is in the route` }
      : { kind: 'value', value: valueOf(world, request, say) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { kind: 'failure', type: 'StaleFence', message: error.message, details: error.reading };
  }
}

function valueOf(world: EndpointWorld, request: Request, say: (gate: string) => unknown): unknown {
  switch (request.op) {
    case 'resolve':
    case 'predict':
    case 'retire':
      return null;
    case 'read':
      return { reading: world.reading, alias: world.alias };
    case 'takeEpoch':
      return world.epochOf(request.rolloutKey);
    case 'deploy':
      return world.deploy(request.key, request.fence);
    case 'setRoute':
      return world.setRoute(request.fence, request.route, request.label);
    case 'readTraffic':
      return { at: '', since: '', versions: {} };
    case 'moveAlias':
      return world.setAlias(request.version, request.fence);
    case 'append':
      return world.append(request.entries);
    case 'look':
      return say(request.gate);
    case 'publish':
      return world.notices.push(request.outcome);
    case 'notify':
      return world.notices.push(request.event);
  }
}
