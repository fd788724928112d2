/**
 * What one batch says about one metric: the logarithm of the likelihood of an effect, up to a constant.
 *
 * Effect 0 means that the arms are equal, a positive one that the candidate is worse.
 */
export type LnLikelihood = (effect: number) => number;

/** A batch that says nothing. */
export const SILENT: LnLikelihood = () => 0;
