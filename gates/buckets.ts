/** Most buckets of the remembered histograms: stable's places thresholds, the candidate's is only shown. */
export const STABLE_BUCKETS = 64;
export const CANDIDATE_BUCKETS = 32;
