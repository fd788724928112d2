import type { FastifyError } from 'fastify';
import type { Log } from '../log.ts';
import { Refused } from '../refusal.ts';
import { sentence } from '../log.ts';

const FAULTS_SHOWN = 20;

/** Whatever a handler threw, as a refusal that tells the caller all that was wrong. */
export function toRefused(error: unknown, log: Log): Refused {
  if (error instanceof Refused) return error;
  if (isFastifyError(error)) {
    if (error.validation) return new Refused('invalid', describeFaults(error));
    if (error.statusCode !== undefined && error.statusCode < 500) return new Refused('invalid', error.message);
  }
  log('error', 'request failed', { reason: sentence(error), stack: error instanceof Error ? error.stack : undefined });
  return new Refused('internal', sentence(error));
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && 'code' in error;
}

function describeFaults({ validation = [], validationContext = 'body' }: FastifyError): string {
  const faults = validation.map(({ instancePath, message, params }) => {
    const surplus = params.additionalProperty;
    return `${validationContext}${instancePath} ${message}${typeof surplus === 'string' ? `: ${surplus}` : ''}`;
  });
  const unshown = faults.length - FAULTS_SHOWN;
  return faults.slice(0, FAULTS_SHOWN).join('; ') + (unshown > 0 ? `; and ${unshown} more` : '');
}
