import type { Client } from '@temporalio/client';
import type { OutcomesPort } from '../activities/outcomes/ports.ts';
import { outcomesWorkflowId } from '../domain/outcome-pull.ts';
import { askedSignal, outcomesOptions } from '../workflows/messages.ts';
import { ifRunning, isBroken, placesWhere, soon } from './ended-runs.ts';

const OUTCOMES = { type: 'outcomes', idOf: outcomesWorkflowId };

/** The workflows `outcomes` as activities start and tell them. */
export function createOutcomesPort(client: Client): OutcomesPort {
  return {
    async asked(input) {
      const options = { ...outcomesOptions(input), signal: askedSignal, signalArgs: [input] as [typeof input] };
      if (input.plan) await soon(client, () => client.workflow.signalWithStart('outcomes', options));
      else
        await ifRunning(soon(client, () => client.workflow.getHandle(options.workflowId).signal(askedSignal, input)));
    },

    // One that is complete was told that nothing is asked for, and since then something is.
    idle: (asked) =>
      placesWhere(client, OUTCOMES, asked, (run) => run.status === null || run.status === 'COMPLETED' || isBroken(run)),
  };
}
