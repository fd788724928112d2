import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { Boundary, Instruction, Reach } from './boundary.ts';
import { stepOf } from './step-of.ts';

/** Asks at both edges of every activity whether it may go on. */
export function faultInjector(reach: Reach): ActivityInterceptorsFactory {
  return ({ info }) => ({
    inbound: {
      async execute(input, next) {
        const place = {
          workflowId: info.workflowExecution?.workflowId ?? '',
          runId: info.workflowExecution?.runId ?? '',
          activityId: info.activityId,
          attempt: info.attempt,
          activity: info.activityType,
          step: stepOf(info.activityType, input.args[0]),
        };
        const at = async (when: Boundary['when']) => obey(await reach({ ...place, when }), when);
        await at('before the call');
        const result = await next(input);
        await at('after the effect');
        return result;
      },
    },
  });
}

function obey(instruction: Instruction, when: string): void {
  if (instruction === 'fail') throw ApplicationFailure.retryable(`injected ${when}`, 'InjectedFault');
}
