import type { Procedure } from './procedure.ts';
import { calibrate, judgeBatch, openSession } from '../../../gates/session/session.ts';

/** Slipway's gate, through the code behind `slipway judge --stdio`. */
export const SLIPWAY: Procedure = {
  name: 'Slipway',
  open: (config, calibration) => {
    let session = calibration.reduce(calibrate, openSession(config));
    return (batch) => {
      const judged = judgeBatch(session, batch);
      session = judged.session;
      return judged.reply.decision;
    };
  },
};
