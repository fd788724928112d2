/** Share of the margin by which the candidate may be worse without anybody going back for it. */
export const HARMLESS = 0.1;

/**
 * Log ratio to one unit of effect: means of losses and of what servers use are steadier than odds are, so that the levels of
 * noise and faults (noise/models.ts) stand for half as much.
 */
export const FINE = 0.5;
