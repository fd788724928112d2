import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EndpointStatus } from '../../../domain/serving-contract.ts';
import type { Route } from '../../../domain/route.ts';
import { PARCELS } from './parcels.ts';
import type { Week } from './week.ts';

/** Puts a folder where the serving host writes Envoy's next routes, so that traffic stays as it is; what takes it away again. */
export async function blockRoutes({ stack }: Week): Promise<() => Promise<void>> {
  const inTheWay = join(stack.home, 'serving/envoy/xds/routes.json.new');
  await mkdir(inTheWay);
  return () => rmdir(inTheWay);
}

/** The route that is in force. */
export async function routeInForce({ stack }: Week): Promise<Route | null> {
  const answer = await fetch(`${stack.serving}/endpoints/${PARCELS.endpoint}`, {
    headers: { authorization: `Bearer ${stack.token}` },
  });
  const { route } = (await answer.json()) as EndpointStatus;
  return route.programmed?.route ?? null;
}
